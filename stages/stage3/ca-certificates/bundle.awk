# Writes the certificates of certdata.txt, Mozilla's list of certification authorities, as PEM: those that are trusted to
# certify servers. Some are trusted for certificates from before some day only. A bundle cannot say so, so they stay out.
#
# The list consists of objects, each with lines `NAME TYPE VALUE`. Bytes follow in octal on lines of their own.

$1 == "CKA_CLASS" { end_object() }
$2 == "MULTILINE_OCTAL" { object[$1] = read_octal(); next }
/^CKA_LABEL/ { gsub(/^[^"]*"|"$/, ""); object["CKA_LABEL"] = $0; next }
/^CKA_/ { object[$1] = $3 }

END {
    end_object()
    for (i = 1; i <= count; i++)
        if (identity[i] in trusted)
            print_pem(label[i], certificate[i])
}

function end_object(    id) {
    id = object["CKA_ISSUER"] " " object["CKA_SERIAL_NUMBER"]
    if (object["CKA_CLASS"] == "CKO_CERTIFICATE" && object["CKA_NSS_SERVER_DISTRUST_AFTER"] !~ /^\\/) {
        identity[++count] = id
        label[count] = object["CKA_LABEL"]
        certificate[count] = object["CKA_VALUE"]
    }
    if (object["CKA_CLASS"] == "CKO_NSS_TRUST" && object["CKA_TRUST_SERVER_AUTH"] == "CKT_NSS_TRUSTED_DELEGATOR")
        trusted[id] = 1
    split("", object)
}

function read_octal(    line, text) {
    while ((getline line) > 0 && line != "END")
        text = text line
    return text
}

function print_pem(name, octal,    text) {
    print "# " name
    print "-----BEGIN CERTIFICATE-----"
    for (text = base64(octal); text != ""; text = substr(text, 65))
        print substr(text, 1, 64)
    print "-----END CERTIFICATE-----"
}

function base64(octal,    digits, count, i, group, text) {
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    count = length(octal) / 4
    for (i = 0; i < count; i += 3) {
        group = byte(octal, i) * 65536 + byte(octal, i + 1) * 256 + byte(octal, i + 2)
        text = text substr(digits, int(group / 262144) + 1, 1) substr(digits, int(group / 4096) % 64 + 1, 1)
        text = text (i + 1 < count ? substr(digits, int(group / 64) % 64 + 1, 1) : "=")
        text = text (i + 2 < count ? substr(digits, group % 64 + 1, 1) : "=")
    }
    return text
}

# The byte at a place, counted from 0, each written as a backslash and three digits; 0 beyond the end.
function byte(octal, place,    at) {
    at = 4 * place + 2
    return substr(octal, at, 1) * 64 + substr(octal, at + 1, 1) * 8 + substr(octal, at + 2, 1)
}
