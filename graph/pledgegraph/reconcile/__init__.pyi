from .matcher import Candidate as Candidate
from .matcher import Matcher as Matcher
from .matcher import likeness as likeness
from .protocol import Reconciliation as Reconciliation
from .protocol import manifest as manifest
from .protocol import read_batch as read_batch
from .protocol import suggested_types as suggested_types
