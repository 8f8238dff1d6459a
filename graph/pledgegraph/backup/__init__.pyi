from .backups import backup_at as backup_at
from .backups import newest_backup as newest_backup
from .backups import whole_backups as whole_backups
from .make import make_backup as make_backup
from .put_back import restore as restore
