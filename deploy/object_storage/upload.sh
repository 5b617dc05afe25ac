#!/bin/sh
# Copies the whole backups of a folder to object storage, and checks that they are there as they are here.
#
#   BACKUP_DIR: the folder of backup.sh
#   BACKUP_REMOTE: where to, as rclone has it, such as `backups:bucket/redis`; what `backups` is say the
#     variables RCLONE_CONFIG_BACKUPS_TYPE (s3, gcs, azureblob, webdav …), RCLONE_CONFIG_BACKUPS_ENDPOINT
#     and so on
#
# Nothing is deleted there: how long backups stay is a rule of the bucket, which whoever can write here should
# not be able to change.
set -eu
: "${BACKUP_DIR:?must be set}" "${BACKUP_REMOTE:?must be set}"
# What is being written has another name, and is nobody's backup yet.
set -- --config= --include "*.rdb" --include "*.dump" --no-traverse --retries 3 --low-level-retries 3
rclone copy "$@" --immutable "$BACKUP_DIR" "$BACKUP_REMOTE"
rclone check "$@" --one-way "$BACKUP_DIR" "$BACKUP_REMOTE"
echo "$BACKUP_REMOTE"
