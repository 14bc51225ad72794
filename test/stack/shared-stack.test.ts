import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { Connection } from '@temporalio/client';
import { Kafka, logLevel } from 'kafkajs';
import { createConnection } from 'mysql2/promise';
import { testServerPath, testSettings, uniqueDatabase } from '../support/stack.ts';
import { constants, statSync } from 'node:fs';

describe('the stack of the tests', () => {
  const { temporal, mysql, kafka, s3 } = testSettings();

  test('serves Temporal', async () => {
    const connection = await Connection.connect({ address: temporal.address });
    const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace: temporal.namespace });
    expect(namespaceInfo?.name).toBe(temporal.namespace);
    await connection.close();
  });

  test('serves MySQL, and lets files have databases of their own', async () => {
    const connection = await createConnection({
      host: mysql.host,
      port: mysql.port,
      user: mysql.user,
      password: mysql.password,
    });
    const own = uniqueDatabase();
    await connection.query(`CREATE DATABASE ${own}`);
    await connection.query(`DROP DATABASE ${own}`);
    await expect(connection.query('CREATE DATABASE elsewhere')).rejects.toThrow(/denied/);
    await connection.end();
    const root = createConnection({ host: mysql.host, port: mysql.port, user: 'root' });
    await expect(root).rejects.toThrow(/denied/);
  });

  test('serves Kafka', async () => {
    const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    expect((await admin.describeCluster()).brokers).toHaveLength(1);
    await admin.disconnect();
  });

  test('serves S3, with the bucket', async () => {
    const client = new S3Client({
      endpoint: s3.endpoint ?? '',
      region: s3.region,
      forcePathStyle: true,
      credentials: { accessKeyId: s3.accessKeyId ?? '', secretAccessKey: s3.secretAccessKey ?? '' },
    });
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toContain(s3.bucket);
    client.destroy();
  });

  test('has a time-skipping Temporal server at hand', () => {
    expect(statSync(testServerPath()).mode & constants.S_IXUSR).toBeTruthy();
  });
});
