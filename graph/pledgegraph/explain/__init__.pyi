from .client import Explainer as Explainer
from .explanation import Explanation as Explanation
from .explanation import Pattern as Pattern
