from .answer import IRI as IRI
from .answer import Row as Row
from .answer import rows_of as rows_of
from .graphs import is_cut as is_cut
