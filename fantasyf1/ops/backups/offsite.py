"""Copies of backups in another place: any store that speaks the protocol of Amazon's S3."""

from dataclasses import dataclass
from pathlib import Path

from fantasyf1.ops.backups.archives import checksum_path
from fantasyf1.ops.backups.errors import BackupError


@dataclass(frozen=True)
class Store:
    """Where copies go. `endpoint` is empty for Amazon's own S3."""

    bucket: str
    access_key_id: str
    secret_access_key: str
    endpoint: str = ""
    region: str = ""
    prefix: str = ""

    def copy(self, archive: Path) -> str:
        """Upload an archive in parts, and then its checksum; returns where it is. Raises `BackupError`."""
        # They take half a second to import, and most installations do not need them.
        import boto3
        from boto3.exceptions import Boto3Error
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        # Newer checksums of Amazon's are unknown to other stores.
        config = Config(
            connect_timeout=10,
            read_timeout=60,
            retries={"max_attempts": 4, "mode": "standard"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        try:
            client = boto3.client(
                "s3",
                endpoint_url=self.endpoint or None,
                region_name=self.region or "us-east-1",
                aws_access_key_id=self.access_key_id,
                aws_secret_access_key=self.secret_access_key,
                config=config,
            )
            for path in (archive, checksum_path(archive)):
                key = f"{self.prefix}{path.name}"
                client.upload_file(str(path), self.bucket, key)
                stored = client.head_object(Bucket=self.bucket, Key=key)["ContentLength"]
                if stored != path.stat().st_size:
                    raise BackupError(f"The copy of {path.name} in the bucket {self.bucket} is incomplete.")
        except (Boto3Error, BotoCoreError, ClientError, ValueError) as error:
            raise BackupError(f"{archive.name} could not be copied to the bucket {self.bucket}: {error}") from error
        return f"{self.bucket}/{self.prefix}{archive.name}"
