import type { ErrorFacts } from './error-facts.ts';

/** Failures of certificates, TLS, brokers and topics. */
export const kafkaErrorCodes = {
  CERT_MISSING: {
    meaning: 'No client certificate is configured.',
    retryable: 'never',
    action: 'Set KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE, KAFKA_TLS_KEYSTORE_FILE or KAFKA_TLS_SECRET_ID.',
  },
  CERT_UNREADABLE: {
    meaning: 'A certificate, a key or an authority can’t be read, or is something else.',
    retryable: 'never',
    action: 'Check the file or variable that the message names: it must hold PEM.',
  },
  CERT_EXPIRED: {
    meaning: 'The client certificate has expired.',
    retryable: 'sometimes',
    action: 'Renew it (`glueless cert request`); a running service takes the new one without a restart.',
  },
  CERT_NOT_YET_VALID: {
    meaning: 'The client certificate is not valid yet.',
    retryable: 'sometimes',
    action: 'Check the clock of this machine, or wait.',
  },
  CERT_KEY_MISMATCH: {
    meaning: 'The private key does not belong to the client certificate.',
    retryable: 'never',
    action: 'Use key and certificate of the same request.',
  },
  KEY_UNSUPPORTED: {
    meaning: 'TLS can’t use the client’s private key: it is DSA, on an old curve, or too short.',
    retryable: 'never',
    action: 'Make a key of EC on P-256, or of RSA with 2048 bits or more, and have it certified.',
  },
  KEYSTORE_UNSUPPORTED: {
    meaning: 'The keystore is in a format that can’t be read, or holds several private keys.',
    retryable: 'never',
    action: 'Convert it with the command that the message gives.',
  },
  KEYSTORE_PASSWORD: {
    meaning: 'The keystore’s password is wrong or missing.',
    retryable: 'never',
    action: 'Set KAFKA_TLS_KEYSTORE_PASSWORD, and KAFKA_TLS_KEYSTORE_KEY_PASSWORD if the key has one of its own.',
  },
  SECRET_MISSING: {
    meaning: 'The secret with the client certificate, or with user and password, does not exist.',
    retryable: 'never',
    action: 'Check KAFKA_TLS_SECRET_ID or KAFKA_SASL_SECRET_ID, and AWS_REGION.',
  },
  SECRET_DENIED: {
    meaning: 'AWS does not let this process read or write the secret.',
    retryable: 'never',
    action: 'Give its role secretsmanager:GetSecretValue on the secret, and kms:Decrypt on its key.',
  },
  SECRET_INVALID: {
    meaning:
      'The secret is not a JSON object with certificate and key, with a keystore and its password, or with user and password.',
    retryable: 'never',
    action:
      'Store {"cert": "<PEM>", "key": "<PEM>", "ca": "<PEM>"} or {"keystore": "<Base64>", "password": "…"}, where `ca` may be left out, or {"username", "password"}.',
  },
  SECRET_UNAVAILABLE: {
    meaning: 'AWS Secrets Manager did not answer, or answered with an error.',
    retryable: 'sometimes',
    action: 'Nothing if it passes; else check network, endpoint and AWS_REGION.',
  },
  AUTHORITY_FAILED: {
    meaning: 'AWS Private CA did not certify the key.',
    retryable: 'sometimes',
    action: 'Check the ARN, the authority’s state and --days.',
  },
  AUTHORITY_DENIED: {
    meaning: 'AWS does not let this process use the certificate authority.',
    retryable: 'never',
    action: 'Give its role acm-pca:IssueCertificate, GetCertificate and DescribeCertificateAuthority.',
  },
  BROKER_UNTRUSTED: {
    meaning: 'The broker’s certificate has expired, or is not signed by an authority that we trust.',
    retryable: 'sometimes',
    action: 'Set KAFKA_TLS_CA_FILE to the authority that signed it, or renew it on the broker.',
  },
  BROKER_NAME_MISMATCH: {
    meaning: 'The broker’s certificate is not for the host name in KAFKA_BROKERS.',
    retryable: 'sometimes',
    action: 'Use the name that the certificate was made for.',
  },
  BROKER_NOT_TLS: {
    meaning: 'The broker does not speak TLS on this port.',
    retryable: 'sometimes',
    action: 'Use the port of the TLS listener (MSK: 9094).',
  },
  CLIENT_CERT_MISSING: {
    meaning: 'The broker asks for a client certificate and got none.',
    retryable: 'sometimes',
    action: 'Set KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE, KAFKA_TLS_KEYSTORE_FILE or KAFKA_TLS_SECRET_ID.',
  },
  CLIENT_CERT_REJECTED: {
    meaning: 'The broker does not accept the client certificate.',
    retryable: 'sometimes',
    action: 'Have it signed by an authority that the brokers trust; `glueless cert inspect` shows issuer and dates.',
  },
  BROKER_TLS: {
    meaning: 'The broker asks for TLS on this port, and KAFKA_TLS is `off`.',
    retryable: 'sometimes',
    action: 'Remove KAFKA_TLS=off, or use the port without TLS.',
  },
  SASL_REQUIRED: {
    meaning: 'The broker closed the connection without an answer: its listener asks for SASL, and KAFKA_AUTH is `tls`.',
    retryable: 'sometimes',
    action: 'Set KAFKA_AUTH to scram, iam or plain, or use the port for client certificates (MSK: 9094).',
  },
  SASL_MECHANISM_UNSUPPORTED: {
    meaning: 'The broker’s listener does not offer what KAFKA_AUTH says.',
    retryable: 'sometimes',
    action: 'Use the port of that listener (MSK: 9096 for scram, 9098 for iam, 9094 for tls), or another KAFKA_AUTH.',
  },
  LOGIN_REFUSED: {
    meaning: 'The broker does not accept the user, the password or the IAM token.',
    retryable: 'sometimes',
    action: 'Check user and password, or for IAM region, clock and kafka-cluster:Connect in the role’s policy.',
  },
  CREDENTIALS_UNREADABLE: {
    meaning: 'The file with the user or the password of SASL can’t be read, or is empty.',
    retryable: 'never',
    action: 'Check the file that the message names.',
  },
  IAM_CREDENTIALS_MISSING: {
    meaning: 'There are no AWS credentials, or no region, to sign a token for KAFKA_AUTH=iam with.',
    retryable: 'sometimes',
    action: 'Give the task a role, or set AWS_PROFILE; set AWS_REGION to the cluster’s region.',
  },
  BROKER_UNREACHABLE: {
    meaning: 'The broker’s name can’t be resolved, or nobody listens at its address.',
    retryable: 'sometimes',
    action: 'Check KAFKA_BROKERS, DNS, route and security group.',
  },
  BROKER_SILENT: {
    meaning: 'The broker takes the connection or request and does not answer.',
    retryable: 'sometimes',
    action: 'Look for a firewall or security group that drops packets, or an overloaded broker.',
  },
  BROKER_FAILED: {
    meaning: 'Kafka refused a request for a reason that has no code of its own here.',
    retryable: 'sometimes',
    action: 'The message holds Kafka’s own words.',
  },
  SOURCE_ENDED: {
    meaning: 'The Kafka client stopped reading though nobody asked it to.',
    retryable: 'never',
    action: 'Let the supervisor restart the process; nothing is lost.',
  },
  TOPIC_MISSING: {
    meaning: 'The topic does not exist. A starting service waits for it.',
    retryable: 'sometimes',
    action: 'Check KAFKA_TOPIC for a mistyped name, or create it. `glueless verify --no-broker` goes on without it.',
  },
  TOPIC_DENIED: {
    meaning: 'The client has logged in, and its principal may not use the topic.',
    retryable: 'sometimes',
    action: 'Give it Read and Describe (for `produce` Write and Create) on the topic by ACL.',
  },
  TOPIC_MISMATCH: {
    meaning: '`produce` found the topic with another number of partitions.',
    retryable: 'never',
    action: 'Give that number as --partitions, or use another topic.',
  },
  TOPIC_RECREATED: {
    meaning: 'The topic is not the one that the table was written from: it was deleted and made again.',
    retryable: 'never',
    action: 'Nothing of the new topic is in the table. Give it one of its own: set LAKE_TABLE to a new name.',
  },
  LOG_TRUNCATED: {
    meaning: 'Kafka’s log ends before our position: records that were written to the lake are no longer in the topic.',
    retryable: 'never',
    action: 'Look for an unclean leader election; `docs/runbook.md` says how to go on.',
  },
  OFFSETS_GONE: {
    meaning: 'Kafka no longer holds the offsets that were asked for.',
    retryable: 'never',
    action: 'Ask for a range that it holds: `glueless verify` shows it.',
  },
  RECORDS_UNREADABLE: {
    meaning: 'A record batch is damaged, gives a wrong size, or unpacks to more than KAFKA_UNPACKED_BYTES_MAX.',
    retryable: 'never',
    action: 'Raise the limit if the batch is too large; else `glueless skip` books its range as lost.',
  },
  GROUP_DENIED: {
    meaning: 'The consumer group can’t be joined: usually the principal may not use it.',
    retryable: 'sometimes',
    action: 'Give the principal Read on the group by ACL.',
  },
  GROUP_SHARED: {
    meaning:
      'Members of another service, which read other topics, or another program are in the consumer group; or partitions of topics were assigned that this one does not read.',
    retryable: 'never',
    action: 'Give each service and program a KAFKA_GROUP_ID of its own, or none where several topics are read.',
  },
  CLUSTER_DENIED: {
    meaning:
      'The client certificate is known, and its principal may not look at or change the cluster’s access control lists.',
    retryable: 'sometimes',
    action: 'Run `glueless acl` with the certificate of an administrator.',
  },
  AUTHORIZER_MISSING: {
    meaning: 'The brokers have no authorizer: access control lists can’t be set, and everybody may do everything.',
    retryable: 'sometimes',
    action: 'Set authorizer.class.name on the brokers; MSK has one by default.',
  },
  LEADER_MOVING: {
    meaning: 'A partition has no leader yet, or a new one.',
    retryable: 'always',
    action: 'Nothing if it passes within seconds; else look at the brokers.',
  },
  MEMBERSHIP_LOST: {
    meaning: 'The group has given the partition to another member.',
    retryable: 'sometimes',
    action: 'Nothing: the ledger keeps this harmless.',
  },
} as const satisfies Record<string, ErrorFacts>;
