package tradewind;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.fs.s3a.S3AFileSystem;
import org.apache.hadoop.util.Progressable;

/**
 * S3A that remembers for some seconds what a listing told of files. Spark lists a glob's folder, and then each file of it again by
 * itself, one after the other, which costs two requests a file: with many small objects most of the time. Whatever is written
 * through it makes it forget, and a file that is opened is looked at again. Logs of Delta tables are never remembered.
 */
public final class ListedS3A extends S3AFileSystem {
  private static final long FRESH_NANOS = 10_000_000_000L;
  private static final int MOST = 100_000;

  private record Listed(FileStatus status, long at) {}

  private final Map<Path, Listed> listed = new ConcurrentHashMap<>();

  /** A notebook that sets AWS's endpoint or keys of its own still means the buckets that this cluster has, as all runs after it do. */
  @Override
  public void initialize(URI name, Configuration given) throws IOException {
    Configuration conf = new Configuration(given);
    given.getPropsWithPrefix("tradewind.fixed.").forEach(conf::set);
    super.initialize(name, conf);
  }

  private FileStatus known(Path path) {
    Path whole = makeQualified(path);
    Listed found = listed.get(whole);
    if (found == null) return null;
    if (System.nanoTime() - found.at() < FRESH_NANOS) return found.status();
    listed.remove(whole);
    return null;
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    FileStatus file = known(path);
    if (file != null) return new FileStatus[] {file};
    FileStatus[] found = super.listStatus(path);
    if (listed.size() + found.length > MOST) listed.clear();
    long now = System.nanoTime();
    for (FileStatus one : found) {
      if (one.isFile() && !one.getPath().toString().contains("/_delta_log/")) listed.put(one.getPath(), new Listed(one, now));
    }
    return found;
  }

  /** Asked for by its name, a file is looked at. Spark asks so for a path without a pattern, before it lists it. */
  @Override
  public boolean exists(Path path) throws IOException {
    listed.remove(makeQualified(path));
    return super.exists(path);
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    listed.remove(makeQualified(path));
    return super.getFileStatus(path);
  }

  @Override
  public FSDataOutputStream create(Path path, FsPermission permission, boolean overwrite, int bufferSize, short replication,
      long blockSize, Progressable progress) throws IOException {
    listed.clear();
    return super.create(path, permission, overwrite, bufferSize, replication, blockSize, progress);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    listed.clear();
    return super.rename(from, to);
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    listed.clear();
    return super.delete(path, recursive);
  }
}
