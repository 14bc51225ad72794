import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { parseSettings } from '../../config/settings.ts';

const read = (name: string): string => readFileSync(join(__dirname, '../../deploy', name), 'utf8');

describe('the servers for Docker', () => {
  const yaml = read('compose.yaml');
  const variables = { ...parseEnv(read('compose.env')) };

  test('come with settings that Tradewind takes', () => {
    expect(parseSettings(variables)).toMatchObject({
      temporal: { address: '127.0.0.1:7233' },
      kafka: { brokers: ['127.0.0.1:9092'], security: 'plaintext' },
      s3: { endpoint: 'http://127.0.0.1:7070', bucket: 'user-tradewind-bucket' },
    });
    const used = [...yaml.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name ?? '');
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((name) => variables[name] === undefined)).toEqual([]);
  });

  test('listen on the loopback only, where the settings say', () => {
    const published = [...yaml.matchAll(/^ {6}- (\S+):(\d+):\d+$/gm)].map(([, address, port]) => [address, port]);
    expect(published).toEqual(['7233', '8233', '3306', '9092', '7070'].map((port) => ['127.0.0.1', port]));
  });

  test('are of exact versions', () => {
    const images = [...yaml.matchAll(/image: (\S+)/g)].map(([, image]) => image ?? '');
    expect(images).toHaveLength(4);
    expect(images.filter((image) => !/:v?\d+\.\d+\.\d+$/.test(image))).toEqual([]);
  });
});
