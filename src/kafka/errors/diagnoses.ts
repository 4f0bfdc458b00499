import type { ErrorCode } from '../../runtime/errors.ts';

/** What an error of kafkajs means, and what to do. */
export interface Diagnosis {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

const otherPort = 'use the port of the listener that you mean (MSK: 9094 for tls, 9096 for scram, 9098 for iam)';
const checkAddress = 'check KAFKA_BROKERS (host:port of the TLS listener) and the network between';

/** In order: the first pattern found in the names, codes and messages of an error and its causes names it. */
export const diagnoses: readonly Diagnosis[] = [
  {
    pattern: /SASL \S+ mechanism is not supported|UNSUPPORTED_SASL_MECHANISM|ILLEGAL_SASL_STATE/,
    code: 'SASL_MECHANISM_UNSUPPORTED',
    message: 'the broker does not offer the way in that KAFKA_AUTH says on this port',
    hint: `${otherPort}, or another KAFKA_AUTH`,
  },
  {
    pattern: /SASL OAUTHBEARER authentication failed/,
    code: 'LOGIN_REFUSED',
    message: 'the broker does not accept the IAM token',
    hint: 'the role needs kafka-cluster:Connect on the cluster (docs/security.md); check AWS_REGION and this machine’s clock too',
  },
  {
    pattern: /SASL_AUTHENTICATION_FAILED|SASL .*authentication failed/i,
    code: 'LOGIN_REFUSED',
    message: 'the broker does not accept user and password',
    hint: 'check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD, or the secret; with MSK the secret must be associated with the cluster',
  },
  {
    pattern: /alert number 42|BAD_CERTIFICATE|certificate required|alert number 116/i,
    code: 'CLIENT_CERT_MISSING',
    message: 'the broker asks for a client certificate and got none',
    hint: 'set KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE, or KAFKA_TLS_KEYSTORE_FILE; for SASL use its own port (MSK: 9096, IAM 9098)',
  },
  {
    pattern: /alert number 45|alert certificate expired/i,
    code: 'CERT_EXPIRED',
    message: 'the broker says that the client certificate has expired, though by this machine’s clock it is valid',
    hint: 'check the clocks of the broker and of this machine; `glueless cert inspect` shows the dates',
  },
  {
    pattern: /alert number 4[3-9]|alert number 51|CERTIFICATE_UNKNOWN|unknown ca/i,
    code: 'CLIENT_CERT_REJECTED',
    message: 'the broker does not accept the client certificate: it is not signed by an authority the broker trusts',
    hint: 'have it signed by the authority of the cluster (MSK: its AWS Private CA); `glueless doctor` shows subject and dates',
  },
  {
    pattern: /SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY|self-signed certificate|unable to verify/i,
    code: 'BROKER_UNTRUSTED',
    message: "the broker's certificate is not signed by an authority we trust",
    hint: 'set KAFKA_TLS_CA_FILE to the authority that signed it',
  },
  {
    pattern: /CERT_HAS_EXPIRED/,
    code: 'BROKER_UNTRUSTED',
    message: "the broker's certificate has expired",
    hint: 'renew it on the broker; the client never connects without verification',
  },
  {
    pattern: /CERT_NOT_YET_VALID|not yet valid/i,
    code: 'BROKER_UNTRUSTED',
    message: "the broker's certificate is valid only later",
    hint: 'check the clocks of this machine and of the broker',
  },
  {
    pattern: /INVALID_PURPOSE|unsupported certificate purpose/i,
    code: 'BROKER_UNTRUSTED',
    message: "the broker's certificate is not one for servers",
    hint: 'make one with the extended key usage serverAuth',
  },
  {
    pattern: /(key|digest algorithm|md|key size) too (weak|small)/i,
    code: 'BROKER_UNTRUSTED',
    message: "the broker's certificate, or its authority's, is too weak: a short key, or SHA-1",
    hint: 'make them anew with EC on P-256 or RSA of 2048 bits, signed with SHA-256',
  },
  {
    pattern: /unsupported protocol|protocol version|alert number 70|no protocols available/i,
    code: 'BROKER_UNTRUSTED',
    message: 'the broker speaks only versions of TLS that are no longer safe',
    hint: 'allow TLS 1.2 or 1.3 on the broker (ssl.enabled.protocols)',
  },
  {
    pattern: /ALTNAME_INVALID|does not match certificate/i,
    code: 'BROKER_NAME_MISMATCH',
    message: "the broker's certificate is not for the host name in KAFKA_BROKERS",
    hint: 'use the name the certificate was made for',
  },
  {
    pattern: /WRONG_VERSION_NUMBER|wrong version number|before secure TLS connection|packet length too long/i,
    code: 'BROKER_NOT_TLS',
    message: 'the broker does not speak TLS on this port',
    hint: 'use the port of the TLS listener (MSK: 9094)',
  },
  {
    pattern: /key values mismatch/i,
    code: 'CERT_KEY_MISMATCH',
    message: 'the private key does not belong to the client certificate',
    hint: 'key and certificate must come from the same request',
  },
  {
    pattern: /TOPIC_AUTHORIZATION_FAILED/,
    code: 'TOPIC_DENIED',
    message: 'the broker knows the client, which may not use the topic',
    hint: 'give its principal Read, Write or Describe on the topic, by ACL or by IAM',
  },
  {
    pattern: /GROUP_AUTHORIZATION_FAILED/,
    code: 'GROUP_DENIED',
    message: 'the broker knows the client, which may not use the consumer group',
    hint: 'give its principal Read on the consumer group, by ACL or by IAM',
  },
  {
    pattern: /INCONSISTENT_GROUP_PROTOCOL/,
    code: 'GROUP_SHARED',
    message: 'another program is in the consumer group, which deals partitions out in another way',
    hint: 'give each program a KAFKA_GROUP_ID of its own: what was read stays known, since the ledger holds the position',
  },
  {
    pattern: /CLUSTER_AUTHORIZATION_FAILED/,
    code: 'CLUSTER_DENIED',
    message: 'the client certificate is known, and may not look at or change access to the cluster',
    hint: 'use the certificate of an administrator: who has Describe and Alter on the cluster by ACL, or is a super user',
  },
  {
    pattern: /SECURITY_DISABLED/,
    code: 'AUTHORIZER_MISSING',
    message: 'the broker has no authorizer, so that everybody may do everything',
    hint: 'set authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer on the brokers',
  },
  {
    pattern: /UNKNOWN_TOPIC_OR_PARTITION|does not host this topic/,
    code: 'TOPIC_MISSING',
    message: 'the topic does not exist',
    hint: 'check KAFKA_TOPIC for a mistyped name, or create the topic',
  },
  {
    pattern: /REBALANCE_IN_PROGRESS/,
    code: 'MEMBERSHIP_LOST',
    message: 'the group shares its partitions out anew: a member has come or gone, or its topics have changed',
    hint: 'nothing to do: the ledger keeps this harmless',
  },
  {
    pattern: /UNKNOWN_MEMBER_ID|not aware of this member/,
    code: 'MEMBERSHIP_LOST',
    message:
      'the group no longer knows this member: it was silent for longer than its session, or the coordinator is a new one',
    hint: 'nothing to do once: it joins again; if it goes on, raise KAFKA_SESSION_TIMEOUT_SECONDS or give it more CPU',
  },
  {
    pattern: /ILLEGAL_GENERATION|group was not initialized/i,
    code: 'MEMBERSHIP_LOST',
    message: 'the group has given the partition to another member',
    hint: 'nothing to do: the ledger keeps this harmless',
  },
  {
    pattern: /NOT_LEADER|LEADER_NOT_AVAILABLE|REPLICA_NOT_AVAILABLE|(FENCED|UNKNOWN)_LEADER_EPOCH/,
    code: 'LEADER_MOVING',
    message: 'a partition has no leader yet, or a new one',
    hint: 'it passes within seconds; if it does not, look at the brokers',
  },
  {
    pattern:
      /GroupCoordinatorNotFound|Failed to find group coordinator|COORDINATOR_NOT_AVAILABLE|LOAD_IN_PROGRESS|NOT_COORDINATOR/,
    code: 'LEADER_MOVING',
    message: 'the group has no coordinator yet, or a new one',
    hint: 'it passes within seconds; if it does not, look at the brokers',
  },
  {
    pattern: /UNKNOWN_TOPIC_ID|INCONSISTENT_TOPIC_ID/,
    code: 'LEADER_MOVING',
    message: 'the broker does not know the topic by its id: it has not heard of it yet, or of its end',
    hint: 'it passes within seconds; a topic that was deleted and made again is named TOPIC_RECREATED',
  },
  {
    // an alert of TLS (0x15, 0x03 and a version), read as the length of an answer
    pattern: /an answer of 35251[89]\d{3} bytes/,
    code: 'BROKER_TLS',
    message: 'the broker asks for TLS on this port, and KAFKA_TLS is off',
    hint: 'remove KAFKA_TLS=off',
  },
  {
    pattern: /an answer of -?\d+ bytes|answer to a fetch can’t be read/,
    code: 'BROKER_FAILED',
    message: 'the broker answers with garbage, or with more than it was asked for',
    hint: 'look at what listens at this address; raise KAFKA_UNPACKED_BYTES_MAX if a single record batch is that large',
  },
  {
    pattern: /ENOTFOUND|EAI_AGAIN/,
    code: 'BROKER_UNREACHABLE',
    message: "the broker's host name can't be resolved",
    hint: checkAddress,
  },
  {
    pattern: /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH/,
    code: 'BROKER_UNREACHABLE',
    message: 'nobody listens at the broker’s address',
    hint: checkAddress,
  },
  {
    pattern: /Connection timeout|ETIMEDOUT|timed out/i,
    code: 'BROKER_SILENT',
    message: 'the broker accepts the connection or packet and does not answer',
    hint: `${checkAddress}; a firewall or security group that drops packets looks like this`,
  },
  {
    pattern: /Closed connection/i,
    code: 'SASL_REQUIRED',
    message: 'the broker closed the connection without an answer: it asks for SASL on this port, or is stopping',
    hint: `set KAFKA_AUTH to scram, iam or plain, or ${otherPort}`,
  },
  {
    pattern: /ECONNRESET|EPIPE/i,
    code: 'BROKER_NOT_TLS',
    message: 'the broker closed the connection before TLS was set up',
    hint: 'use the port of the TLS listener (MSK: 9094)',
  },
];

/** A broker that had answered before closes its connections when it stops, also within a TLS handshake. */
export const closedConnection: Diagnosis = {
  pattern: /ECONNRESET|EPIPE|Closed connection|before secure TLS connection/i,
  code: 'BROKER_UNREACHABLE',
  message: 'the broker closed the connection: it stops, or starts again',
  hint: 'it passes once the broker or another one in its place is up; if it does not, look at the brokers',
};
