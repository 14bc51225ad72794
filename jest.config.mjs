const swc = [
  '@swc/jest',
  { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' }, sourceMaps: 'inline' },
];
/** ES modules of a dependency that has no CommonJS, for Jest's own module system. */
const swcOfPackages = [
  '@swc/jest',
  { jsc: { parser: { syntax: 'ecmascript' }, target: 'es2023' }, module: { type: 'commonjs' } },
];
// As scripts/tw.mjs does: our SDK is pinned, and its warning of later Node versions is nothing to act on.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
const heavy = Boolean(process.env.TW_TEST_HEAVY);
const common = {
  rootDir: '.',
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': swc, '/node_modules/@platformatic/.+\\.js$': swcOfPackages },
  transformIgnorePatterns: ['/node_modules/(?!@platformatic/)'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.tradewind'],
};
/** Rooms whose tests need no server: rules, text and arithmetic. */
const pure = ['dag', 'pipeline', 'config', 'testing', 'dags', 'examples', 'bench'];

export default {
  // The server files share two cores with the servers themselves.
  maxWorkers: 2,
  maxConcurrency: 3,
  testTimeout: 60_000,
  projects: heavy
    ? [
        {
          ...common,
          displayName: 'heavy',
          testMatch: ['<rootDir>/test/**/*.heavy.test.ts'],
          globalSetup: '<rootDir>/test/support/global-setup.ts',
          globalTeardown: '<rootDir>/test/support/global-teardown.ts',
        },
      ]
    : [
        {
          ...common,
          displayName: 'pure',
          testMatch: [...pure.map((room) => `<rootDir>/test/${room}/**/*.test.ts`), '<rootDir>/test/*.test.ts'],
        },
        {
          ...common,
          displayName: 'servers',
          testMatch: ['<rootDir>/test/*/**/*.test.ts'],
          testPathIgnorePatterns: [...pure.map((room) => `<rootDir>/test/${room}/`), '\\.heavy\\.test\\.ts$'],
          globalSetup: '<rootDir>/test/support/global-setup.ts',
          globalTeardown: '<rootDir>/test/support/global-teardown.ts',
        },
      ],
};
