from .checking import last_check as last_check
from .dumps import Dump as Dump
from .dumps import Dumps as Dumps
from .past_versions import Past as Past
from .past_versions import PastVersion as PastVersion
from .revert import taken_back as taken_back
