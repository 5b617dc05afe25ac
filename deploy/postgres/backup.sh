#!/bin/sh
# Saves a database of PostgreSQL to a file `postgres-<UTC time>.dump`, and keeps the newest of them.
#
#   PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE: as for all of PostgreSQL's own programs
#   POSTGRES_ADDRESS: host:port, where there is one; it goes before PGHOST and PGPORT
#   BACKUP_DIR: the folder of a volume, or of object storage that is mounted
#   BACKUP_KEEP (14): how many files stay
#
# A file has its name only when it is whole: what a failure leaves is removed by the next run.
set -eu
umask 077
: "${PGDATABASE:?must be set}" "${BACKUP_DIR:?must be set}"
keep=${BACKUP_KEEP:-14}
case $keep in
  '' | 0 | *[!0-9]*) echo "Cannot read BACKUP_KEEP: must be 1 or more, is \"$keep\"" >&2; exit 2 ;;
esac

file="$BACKUP_DIR/postgres-$(date -u +%Y%m%dT%H%M%SZ).dump"
rm -f "$BACKUP_DIR"/postgres-*.partial
if [ -n "${POSTGRES_ADDRESS:-}" ]; then
  # As the services write it; who asks is still PGUSER, with PGPASSWORD.
  set -- --dbname="postgres://$POSTGRES_ADDRESS/$PGDATABASE"
fi
pg_dump "$@" --format=custom --no-password --file="$file.partial"
pg_restore --list "$file.partial" >/dev/null
mv "$file.partial" "$file"

# By their names the oldest come first.
set -- "$BACKUP_DIR"/postgres-*.dump
while [ "$#" -gt "$keep" ]; do
  rm "$1"
  shift
done
echo "$file"
