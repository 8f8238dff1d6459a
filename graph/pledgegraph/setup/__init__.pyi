from .engine_choice import answering_engine as answering_engine
from .engine_choice import open_engine as open_engine
from .gc_pause import nothing_collected as nothing_collected
