from .applying import apply_proposal as apply_proposal
from .applying import decline_proposal as decline_proposal
from .applying import settle as settle
from .applying import withdraw_proposal as withdraw_proposal
from .proposals import Proposal as Proposal
from .proposals import Proposals as Proposals
