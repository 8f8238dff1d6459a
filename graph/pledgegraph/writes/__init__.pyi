from .attribution import attributable as attributable
from .operations import Attribution as Attribution
from .operations import Payload as Payload
from .operations import Writes as Writes
from .tokens import Scope as Scope
from .tokens import Token as Token
from .tokens import Tokens as Tokens
