/** Servers that settings lead to. */
export const serverNames = ['temporal', 'mysql', 'kafka', 's3'] as const;

/** One of {@link serverNames}. */
export type ServerName = (typeof serverNames)[number];

/** Host in the place of an address that was neither given nor asked for. By RFC 2606 no name server knows it. */
export const nowhere = 'address-not-given.invalid';

/**
 * Settings that say where a server is, any of which will do: an S3 bucket without an endpoint is on AWS. None has a
 * default. On a port of this machine somebody else's server may listen, and on AWS somebody else's bucket be.
 */
const addresses: Readonly<Record<ServerName, { readonly title: string; readonly settings: readonly string[] }>> = {
  temporal: { title: 'Temporal', settings: ['TEMPORAL_ADDRESS'] },
  mysql: { title: 'MySQL', settings: ['TW_MYSQL_HOST'] },
  kafka: { title: 'Kafka', settings: ['TW_KAFKA_BROKERS'] },
  s3: { title: 'S3', settings: ['TW_S3_BUCKET', 'TW_S3_ENDPOINT'] },
};

/** Whether variables say where a server is. An empty one does not. */
export function hasAddress(variables: Readonly<Record<string, string | undefined>>, server: ServerName): boolean {
  return addresses[server].settings.some((setting) => Boolean(variables[setting]));
}

/** A sentence for each of the servers that variables do not say the place of: the setting, and what to do. */
export function missingAddresses(
  variables: Readonly<Record<string, string | undefined>>,
  servers: readonly ServerName[],
): readonly string[] {
  return servers
    .filter((server) => !hasAddress(variables, server))
    .map((server) => {
      const { title, settings } = addresses[server];
      return `${settings.join(' or ')}: not set, and no local stack runs ${title} here: set it, or run "tw stack up"`;
    });
}
