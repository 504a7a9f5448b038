"""What keeps a backup or a restore from working, as a sentence for the operator."""


class BackupError(Exception):
    """`str()` is the sentence."""


class BackupIsRunningError(BackupError):
    """Nothing failed: another process makes the backup."""
