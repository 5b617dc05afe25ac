#!/bin/sh
# Starts Alertmanager, with the arguments given, on alertmanager.yaml beside this file.
#
#   ALERT_WEBHOOK_URL: an http or https address that is told of every alert as JSON, as chats and pagers
#     take it; it may hold a secret, so it stands in no file. Empty: nobody is told
#   ALERT_CONFIG_DIR (/tmp): where the configuration that comes of it is written
set -eu
umask 077
config="${ALERT_CONFIG_DIR:-/tmp}/alertmanager.yaml"
template="$(dirname "$0")/alertmanager.yaml"
url=${ALERT_WEBHOOK_URL:-}
case $url in
  '') cp "$template" "$config" ;;
  *[!A-Za-z0-9:/?=._~%+@,\;!*\(\)-]*)
    echo "Cannot read ALERT_WEBHOOK_URL: & # | and quotes have to be written as %XX" >&2
    exit 2
    ;;
  http://* | https://*)
    sed -e "s|http://alerts\.invalid/|$url|" -e 's|receiver: nobody|receiver: webhook|' \
      "$template" >"$config"
    ;;
  *)
    echo "Cannot read ALERT_WEBHOOK_URL: must be http:// or https://" >&2
    exit 2
    ;;
esac
exec alertmanager --config.file="$config" "$@"
