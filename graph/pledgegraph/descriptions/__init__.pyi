from .dcat import DATASET_DESCRIPTION as DATASET_DESCRIPTION
from .dcat import Copy as Copy
from .dcat import catalog_graph as catalog_graph
from .statistics import Statistics as Statistics
from .statistics import take_statistics as take_statistics
from .void import licences_iri as licences_iri
from .void import void_graph as void_graph
