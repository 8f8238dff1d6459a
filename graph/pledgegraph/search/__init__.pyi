from .entries import Entry as Entry
from .index import BLOCK as BLOCK
from .index import LONGEST_SEARCH as LONGEST_SEARCH
from .index import Found as Found
from .index import Match as Match
from .index import SearchIndex as SearchIndex
from .index import fold as fold
from .newest import NewestIndex as NewestIndex
