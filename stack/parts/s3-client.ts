import type { S3Client } from '@aws-sdk/client-s3';
import { parseSettings } from '../../config/settings.ts';
import type { PartContext } from '../part.ts';

/** Settings that lead to a local S3 server. */
export function s3Settings({ ports, secrets, given }: PartContext): Readonly<Record<string, string>> {
  return {
    TW_S3_ENDPOINT: `http://127.0.0.1:${ports['s3']}`,
    TW_S3_BUCKET: parseSettings({ TW_USER: given['TW_USER'], TW_S3_BUCKET: given['TW_S3_BUCKET'] }).s3.bucket,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: secrets['accessKey'] ?? '',
    AWS_SECRET_ACCESS_KEY: secrets['secretKey'] ?? '',
  };
}

/** Proves that our own server answers (another one would not know the keys) and makes the bucket. Idempotent. */
export async function checkS3(context: PartContext): Promise<void> {
  const { S3Client, CreateBucketCommand, ListBucketsCommand } = await import('@aws-sdk/client-s3');
  const settings = s3Settings(context);
  const bucket = settings['TW_S3_BUCKET'] ?? '';
  const client: S3Client = new S3Client({
    endpoint: settings['TW_S3_ENDPOINT'] ?? '',
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: {
      accessKeyId: settings['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: settings['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  });
  try {
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    if (Buckets?.some(({ Name }) => Name === bucket)) return;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } finally {
    client.destroy();
  }
}
