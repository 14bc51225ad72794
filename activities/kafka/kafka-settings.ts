/** Where Kafka is and how to be let in: the part of the project's settings that this adapter needs. */
export interface KafkaSettings {
  /** Bootstrap brokers, `host:port`. */
  readonly brokers: readonly string[];
  /** `iam` is Amazon MSK's SASL/OAUTHBEARER with the machine's AWS role; `scram` is SASL/SCRAM-SHA-512 over TLS. */
  readonly security: 'plaintext' | 'tls' | 'iam' | 'scram';
  /** CA (PEM file) of the brokers, where it is not a public one. */
  readonly caPath: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** AWS region that IAM tokens are signed for. */
  readonly region: string;
}
