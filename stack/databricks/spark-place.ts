import { realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { inheritedEnvironment } from '../../config/environment.ts';
import type { Settings } from '../../config/settings.ts';
import type { Spark } from '../spark.ts';

/** Where Spark and its notebooks live. */
export interface SparkPlace {
  readonly spark: Spark;
  /** Compiled classes of DBFS. */
  readonly classes: string;
  /** Folder of the package `spark`: `stack/databricks`. */
  readonly sources: string;
  /** Metastore, mounts, temporary files. */
  readonly stateDir: string;
  /** What `dbfs:/` is. */
  readonly dbfsDir: string;
  readonly s3: Settings['s3'];
  /** Heap of the JVM, as Java writes it. */
  readonly memory: string;
  /** Settings of Spark over ours. */
  readonly conf: Readonly<Record<string, string>>;
}

/** Variables that a notebook's process, pip and a shell need. Keys and passwords of this process are not for notebooks. */
const passedOn =
  /^(PATH|HOME|LANG|LANGUAGE|LC_\w+|TZ|TERM|USER|LOGNAME|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|PIP_\w+|OPENBLAS_\w+|LD_LIBRARY_PATH|\w*_?proxy|\w*_PROXY)$/;

/** Environment of a run's process. */
export function childEnvironment({ spark, sources, stateDir }: SparkPlace): NodeJS.ProcessEnv {
  const inherited = Object.entries(inheritedEnvironment()).filter(([name]) => passedOn.test(name));
  return {
    ...Object.fromEntries(inherited),
    PYTHONPATH: [spark.pythonPath, sources].join(':'),
    PYSPARK_PYTHON: spark.python,
    PYTHONUNBUFFERED: '1',
    TMPDIR: join(stateDir, 'tmp'),
    TZ: 'UTC',
    DATABRICKS_RUNTIME_VERSION: '16.4',
  };
}

/** Environment of the driver: S3's keys go this way, since arguments can be seen by everybody. */
export function driverEnvironment(place: SparkPlace): NodeJS.ProcessEnv {
  const { accessKeyId, secretAccessKey, sessionToken, region } = place.s3;
  return {
    ...childEnvironment(place),
    SPARK_LOCAL_IP: '127.0.0.1',
    SPARK_LOCAL_DIRS: join(place.stateDir, 'tmp'),
    JAVA_HOME: dirname(dirname(realpathSync(place.spark.java))),
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
}

/** Settings of Spark: those of the course's cluster where they matter, for few cores and small data where they do not. */
export function sparkConf(place: SparkPlace): Readonly<Record<string, string>> {
  const { stateDir, dbfsDir, classes, spark, s3 } = place;
  const tmp = join(stateDir, 'tmp');
  const metastore = join(stateDir, 'metastore');
  return {
    'spark.master': `local[${Math.max(2, availableParallelism())}]`,
    'spark.app.name': 'databricks-local',
    'spark.driver.memory': place.memory,
    'spark.driver.host': '127.0.0.1',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.driver.extraClassPath': [classes, ...spark.jars].join(':'),
    'spark.driver.extraJavaOptions': [
      // A JVM without memory is a lost driver, not one that answers nothing for ever.
      '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError -Duser.timezone=UTC',
      `"-Djava.io.tmpdir=${tmp}"`,
      `"-Dderby.system.home=${metastore}"`,
      `"-Dderby.stream.error.file=${join(metastore, 'derby.log')}"`,
    ].join(' '),
    'spark.ui.enabled': 'false',
    'spark.ui.showConsoleProgress': 'false',
    'spark.scheduler.mode': 'FAIR',
    'spark.sql.extensions': 'io.delta.sql.DeltaSparkSessionExtension',
    'spark.sql.catalog.spark_catalog': 'org.apache.spark.sql.delta.catalog.DeltaCatalog',
    'spark.sql.catalogImplementation': 'hive',
    'spark.hadoop.javax.jdo.option.ConnectionURL': `jdbc:derby:;databaseName=${join(metastore, 'db')};create=true`,
    'spark.sql.warehouse.dir': 'dbfs:/user/hive/warehouse',
    'spark.sql.sources.default': 'delta',
    'spark.sql.legacy.createHiveTableByDefault': 'false',
    'spark.sql.session.timeZone': 'UTC',
    // The course's cluster had Spark 3's default.
    'spark.sql.ansi.enabled': 'false',
    // Delta's parser does not pass on parameters (`:name`) as Spark 4.2 would replace them while it parses.
    'spark.sql.legacy.parameterSubstitution.constantsOnly': 'true',
    'spark.sql.streaming.stopTimeout': '20s',
    // Small data: fewer tasks, and no code to generate and compile for each query.
    'spark.sql.shuffle.partitions': '1',
    'spark.databricks.delta.snapshotPartitions': '1',
    'spark.sql.sources.parallelPartitionDiscovery.threshold': '1000000',
    'spark.sql.files.openCostInBytes': '16384',
    'spark.sql.adaptive.enabled': 'false',
    'spark.sql.codegen.wholeStage': 'false',
    'spark.sql.codegen.factoryMode': 'NO_CODEGEN',
    'spark.hadoop.fs.defaultFS': 'dbfs:///',
    'spark.hadoop.fs.dbfs.impl': 'tradewind.DbfsFileSystem',
    'spark.hadoop.fs.AbstractFileSystem.dbfs.impl': 'tradewind.DbfsFileSystem$Context',
    'spark.hadoop.fs.dbfs.root': dbfsDir,
    'spark.hadoop.fs.dbfs.mounts': join(stateDir, 'mounts.properties'),
    'spark.delta.logStore.dbfs.impl': 'io.delta.storage.LocalLogStore',
    'spark.hadoop.hadoop.tmp.dir': tmp,
    ...s3Conf(s3),
    ...place.conf,
  };
}

function s3Conf({ endpoint, region, accessKeyId }: Settings['s3']): Readonly<Record<string, string>> {
  const s3a = 'tradewind.ListedS3A';
  const credentials = `software.amazon.awssdk.auth.credentials.${accessKeyId === undefined ? 'Default' : 'EnvironmentVariable'}CredentialsProvider`;
  const fixed = {
    'fs.s3a.aws.credentials.provider': credentials,
    'fs.s3a.endpoint.region': region,
    'fs.s3a.create.performance': 'true',
    ...(endpoint === undefined
      ? {}
      : {
          'fs.s3a.endpoint': endpoint,
          'fs.s3a.path.style.access': 'true',
          'fs.s3a.connection.ssl.enabled': String(endpoint.startsWith('https:')),
        }),
  };
  return {
    'spark.hadoop.fs.s3.impl': s3a,
    'spark.hadoop.fs.s3n.impl': s3a,
    'spark.hadoop.fs.s3a.impl': s3a,
    ...Object.fromEntries(
      Object.entries(fixed).map(([name, value]) => [`spark.hadoop.tradewind.fixed.${name}`, value]),
    ),
  };
}
