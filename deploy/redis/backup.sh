#!/bin/sh
# Saves everything that a Redis has to a file `redis-<UTC time>.rdb`, and keeps the newest of them.
#
#   REDIS_HOST (127.0.0.1), REDIS_PORT (6379), REDISCLI_AUTH: the password, if any
#   BACKUP_DIR: the folder of a volume, or of object storage that is mounted
#   BACKUP_KEEP (14): how many files stay
#
# A file has its name only when it is whole: what a failure leaves is removed by the next run.
set -eu
umask 077
: "${BACKUP_DIR:?must be set}"
keep=${BACKUP_KEEP:-14}
case $keep in
  '' | 0 | *[!0-9]*) echo "Cannot read BACKUP_KEEP: must be 1 or more, is \"$keep\"" >&2; exit 2 ;;
esac

file="$BACKUP_DIR/redis-$(date -u +%Y%m%dT%H%M%SZ).rdb"
rm -f "$BACKUP_DIR"/redis-*.partial
redis-cli -h "${REDIS_HOST:-127.0.0.1}" -p "${REDIS_PORT:-6379}" --rdb "$file.partial" >/dev/null
redis-check-rdb "$file.partial" >/dev/null
mv "$file.partial" "$file"

# By their names the oldest come first.
set -- "$BACKUP_DIR"/redis-*.rdb
while [ "$#" -gt "$keep" ]; do
  rm "$1"
  shift
done
echo "$file"
