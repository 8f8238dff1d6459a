from .language_tags import covers as covers
from .language_tags import nearest as nearest
from .language_tags import nearness as nearness
from .short_names import shorten as shorten
from .triple_index import Node as Node
from .triple_index import Statements as Statements
from .triple_index import Texts as Texts
