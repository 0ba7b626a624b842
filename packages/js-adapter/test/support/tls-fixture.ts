// Certificates for a TLS server on loopback. They protect nothing: keys are here for all to read, and the authorities' own keys were thrown away.
//
// Valid to 2126. Made once by openssl 3, since Node can make keys and not certificates; to make them again:
//   openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 36500 -subj "/CN=Loopwright test authority (ca, fixture)"
//     -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign                       (and the same for `other`)
//   openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj "/CN=localhost (test fixture)"
//   openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 36500 -extfile ext -out server.pem
//     with ext: subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1 / extendedKeyUsage=serverAuth,clientAuth / basicConstraints=critical,CA:FALSE
//   openssl pkcs8 -topk8 -v2 aes-256-cbc -in server.key -out locked.key -passout pass:fixture

/** The authority that signed `CERTIFICATE`. */
export const CA: string = `-----BEGIN CERTIFICATE-----
MIIByjCCAXGgAwIBAgIUe+U3Hq6RSlt5PDM70RgtsYTMTH0wCgYIKoZIzj0EAwIw
MjEwMC4GA1UEAwwnTG9vcHdyaWdodCB0ZXN0IGF1dGhvcml0eSAoY2EsIGZpeHR1
cmUpMCAXDTI2MTEyMzEyMzkwOVoYDzIxMjYxMDMwMTIzOTA5WjAyMTAwLgYDVQQD
DCdMb29wd3JpZ2h0IHRlc3QgYXV0aG9yaXR5IChjYSwgZml4dHVyZSkwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAR4XRMuP9VOZwAwJeyZxmvw6WbmxMZfZbpoGrHW
iZ/R30WiHZYeei6caQZPfJlwqpudGNeH7Jc35n8s86lINx0uo2MwYTAdBgNVHQ4E
FgQU1gYd/UZ1+dIlQJaFeXX8LTh3R6AwHwYDVR0jBBgwFoAU1gYd/UZ1+dIlQJaF
eXX8LTh3R6AwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAgQwCgYIKoZI
zj0EAwIDRwAwRAIgEbnbBi5MHsoeZ0g+IG0U+h3BLcAIEFGVSDh6ErWc9+UCIAS7
X5/NAQMHSpr5vVP7lTTYFuhbGRK91A6UZ+T8o3Jq
-----END CERTIFICATE-----
`
/** An authority that signed nothing here. */
export const OTHER_CA: string = `-----BEGIN CERTIFICATE-----
MIIB0jCCAXegAwIBAgIUa0DKa9dFblSZnjtKWkGZt+56sEwwCgYIKoZIzj0EAwIw
NTEzMDEGA1UEAwwqTG9vcHdyaWdodCB0ZXN0IGF1dGhvcml0eSAob3RoZXIsIGZp
eHR1cmUpMCAXDTI2MTEyMzEyMzkwOVoYDzIxMjYxMDMwMTIzOTA5WjA1MTMwMQYD
VQQDDCpMb29wd3JpZ2h0IHRlc3QgYXV0aG9yaXR5IChvdGhlciwgZml4dHVyZSkw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ1FinA4mQbLTGkDoBMktFMndMCUCqY
v+cijE+vORio7/O/SgaxsEMiT6pUa4ZrKHVmcIYU1KEcz+8FLDZVkvIvo2MwYTAd
BgNVHQ4EFgQUoYi7pNZJ20Tu37Gp+kq12SZG/vowHwYDVR0jBBgwFoAUoYi7pNZJ
20Tu37Gp+kq12SZG/vowDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAgQw
CgYIKoZIzj0EAwIDSQAwRgIhAMFwUTWk3M7H1myqf3KZKQfzQaqZrSrNHceCkr4c
p/1vAiEAtVEFEK50fbzvoarlUuZkq01CxpFUh4ZI/nI2OI43vr8=
-----END CERTIFICATE-----
`
/** For `localhost`, 127.0.0.1 and ::1, as server and as client. */
export const CERTIFICATE: string = `-----BEGIN CERTIFICATE-----
MIIB+TCCAZ6gAwIBAgIUa50guNWsXQM8psmsaX746Eyu1u0wCgYIKoZIzj0EAwIw
MjEwMC4GA1UEAwwnTG9vcHdyaWdodCB0ZXN0IGF1dGhvcml0eSAoY2EsIGZpeHR1
cmUpMCAXDTI2MTEyMzEyMzkwOVoYDzIxMjYxMDMwMTIzOTA5WjAjMSEwHwYDVQQD
DBhsb2NhbGhvc3QgKHRlc3QgZml4dHVyZSkwWTATBgcqhkjOPQIBBggqhkjOPQMB
BwNCAAQGo0hPMJMgyvQ3mkEYtlUWsDMD2JXNwPLkGSSsHmAI6M8iVyGjtIah8n9o
ntNZeZUvaeiBY5LJiKX3VV3A2Pmjo4GeMIGbMCwGA1UdEQQlMCOCCWxvY2FsaG9z
dIcEfwAAAYcQAAAAAAAAAAAAAAAAAAAAATAdBgNVHSUEFjAUBggrBgEFBQcDAQYI
KwYBBQUHAwIwDAYDVR0TAQH/BAIwADAdBgNVHQ4EFgQUYSumVv7MT2mVRcOBILwL
sNpMC1MwHwYDVR0jBBgwFoAU1gYd/UZ1+dIlQJaFeXX8LTh3R6AwCgYIKoZIzj0E
AwIDSQAwRgIhAJX88S2g+CyYMq2g2NtQYP37jC3sCqThSv0tYgCpxzsIAiEAtqdy
Lr5ZfE0+sNv7AcUosSaA87i7LHBY4C1o/oNukeU=
-----END CERTIFICATE-----
`
/** Of `CERTIFICATE`. */
export const KEY: string = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyIzv+D8P6Ox3pmRu
flQ8isfyyj05qdOEYUxO8pJiQu6hRANCAAQGo0hPMJMgyvQ3mkEYtlUWsDMD2JXN
wPLkGSSsHmAI6M8iVyGjtIah8n9ontNZeZUvaeiBY5LJiKX3VV3A2Pmj
-----END PRIVATE KEY-----
`
/** The same key under `LOCKED_KEY_PASSPHRASE`. */
export const LOCKED_KEY: string = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAi6OHBmcW10eQICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEP+y15Hy39h4jaApkBe8av0EgZDK
EtBZJ30VsiS8mTW3O98zwXdu7IuSXlHEVUc29FKuQrxcooilqYsARkHdV4GVNPAy
VQ1wryxYzOyQkSkZ/MTk+qk9ODIG96WyXir0QPRzledtkiarbIoug2IJbTb+UI8b
JRssR+S76Pe1R4Sf9mjne+VkoEuPSgfwjqK0HXeg7M63u1XH3Q5OMIBLbVwrIEo=
-----END ENCRYPTED PRIVATE KEY-----
`
export const LOCKED_KEY_PASSPHRASE: string = 'fixture'
