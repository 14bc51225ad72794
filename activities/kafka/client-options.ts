import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { BaseOptions } from '@platformatic/kafka';
import { generateAuthToken } from 'aws-msk-iam-sasl-signer-js';
import { AdapterError } from '../shared/adapter-error.ts';
import type { KafkaSettings } from './kafka-settings.ts';

/** Signs a token for MSK; it lives 15 minutes. A parameter, so that options can be tried without AWS. */
export type IamTokenSource = (region: string) => Promise<string>;

const signedByTheMachinesRole: IamTokenSource = async (region) => (await generateAuthToken({ region })).token;

/**
 * Options that every Kafka client of this process shares. The client asks for a fresh token, and logs in again on the
 * open connection, at 80 % of the session that the broker grants: minutes before a 15-minute token of MSK ends.
 * Throws AdapterError `invalid` when the CA file cannot be read.
 */
export function kafkaClientOptions(
  settings: KafkaSettings,
  iamToken: IamTokenSource = signedByTheMachinesRole,
): BaseOptions {
  return {
    clientId: 'tradewind',
    bootstrapBrokers: [...settings.brokers],
    connectTimeout: 10_000,
    requestTimeout: 30_000,
    timeout: 20_000,
    autocreateTopics: false,
    ...(settings.security === 'plaintext' ? {} : tls(settings)),
    ...sasl(settings, iamToken),
  };
}

function tls({ brokers, caPath }: KafkaSettings): Pick<BaseOptions, 'tls' | 'tlsServerName'> {
  // An address has no server name: TLS forbids sending one, and the certificate is checked against the address instead.
  const named = brokers.every((broker) => isIP(broker.slice(0, broker.lastIndexOf(':'))) === 0);
  return { tls: caPath === undefined ? {} : { ca: readCa(caPath) }, ...(named ? { tlsServerName: true } : {}) };
}

function readCa(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new AdapterError(`cannot read the CA file ${path}; see TW_KAFKA_CA_PATH`, {
      system: 'kafka',
      code: 'invalid',
      cause,
    });
  }
}

function sasl(settings: KafkaSettings, iamToken: IamTokenSource): Pick<BaseOptions, 'sasl'> {
  if (settings.security === 'iam') {
    return { sasl: { mechanism: 'OAUTHBEARER', token: () => iamToken(settings.region) } };
  }
  if (settings.security === 'scram') {
    const { username = '', password = '' } = settings;
    return { sasl: { mechanism: 'SCRAM-SHA-512', username, password } };
  }
  return {};
}
