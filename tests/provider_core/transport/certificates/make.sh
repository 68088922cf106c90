#!/bin/sh
# Makes the certificates of this folder anew: sh make.sh  (needs openssl 3)
# They are for tests on loopback only, and their keys are public.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key() { openssl ecparam -name prime256v1 -genkey -noout > "$work/$1.key"; }

sign() { # NAME AUTHORITY START END EXTENSION…
    name=$1 authority=$2 start=$3 end=$4
    shift 4
    key "$name"
    openssl req -new -key "$work/$name.key" -subj "/CN=$name" -out "$work/request"
    : > "$work/index"
    cat > "$work/config" << CONFIG
[ca]
default_ca = it
[it]
database = $work/index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = extensions
[any]
commonName = supplied
[extensions]
subjectKeyIdentifier = hash
CONFIG
    printf '%s\n' "$@" >> "$work/config"
    if [ "$authority" = itself ]; then
        set -- -selfsign -keyfile "$work/$name.key"
    else
        set -- -cert "$authority.pem" -keyfile "$work/$authority.key"
    fi
    openssl ca -batch -notext -config "$work/config" -in "$work/request" -out "$name.pem" \
        "$@" -startdate "$start" -enddate "$end" 2> "$work/log" || { cat "$work/log"; exit 1; }
}

authority() { # NAME
    sign "$1" itself "$now" "$late" "basicConstraints = critical,CA:TRUE" \
        "keyUsage = critical,keyCertSign"
}

leaf() { # NAME AUTHORITY SUBJECT-ALTERNATIVE-NAME START END
    sign "$1" "$2" "$4" "$5" "basicConstraints = CA:FALSE" \
        "authorityKeyIdentifier = keyid" "subjectAltName = $3"
    cat "$work/$1.key" >> "$1.pem"
}

here=IP:127.0.0.1,DNS:localhost
now=20200101000000Z
late=21200101000000Z
authority authority
authority stranger
leaf server authority $here $now $late
leaf expired authority $here 20100101000000Z 20110101000000Z
leaf early authority $here 21100101000000Z $late
leaf other-host authority DNS:elsewhere.example $now $late
leaf unknown stranger $here $now $late
leaf client authority DNS:client.example $now $late
