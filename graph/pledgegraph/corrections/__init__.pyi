from .outcomes import Outcomes as Outcomes
from .reports import Correction as Correction
from .reports import Corrections as Corrections
from .reports import Decision as Decision
from .reports import Told as Told
from .reports import page_of as page_of
