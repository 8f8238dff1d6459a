from .client import Explainer as Explainer
from .explanation import Explanation as Explanation
from .explanation import Pattern as Pattern
from .explanation import SlowShape as SlowShape
