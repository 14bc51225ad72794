import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { createS3Client } from '../../../activities/s3/s3-client.ts';

test('temporary keys (SSO, an assumed role) sign with their session token, without which S3 refuses them', async () => {
  const asked: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers);
    response.end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createS3Client({
    bucket: 'some',
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    accessKeyId: 'ASIAKEY',
    secretAccessKey: 'secret',
    sessionToken: 'the-token',
  });
  await client.send(new HeadBucketCommand({ Bucket: 'some' }));
  client.destroy();
  server.close();
  expect(asked).toMatchObject([
    {
      'x-amz-security-token': 'the-token',
      authorization: expect.stringMatching(/Credential=ASIAKEY.*x-amz-security-token/),
    },
  ]);
});
