package tradewind;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * DBFS: paths below a mount point are of the file system that is mounted there (S3A), all others lie below a folder of this
 * machine. Settings: fs.dbfs.root, the folder; fs.dbfs.mounts, the file of mounts.
 */
public final class DbfsFileSystem extends FileSystem {
  private static final FsPermission EVERYBODY = new FsPermission((short) 0777);

  private final RawLocalFileSystem local = new RawLocalFileSystem();
  private URI uri;
  private File root;
  private Mounts mounts;

  /** For FileContext, which streaming checkpoints use. */
  public static final class Context extends DelegateToFileSystem {
    public Context(URI uri, Configuration conf) throws IOException, URISyntaxException {
      super(uri, new DbfsFileSystem(), conf, "dbfs", false);
    }
  }

  /** Where a path really is. */
  private record Place(FileSystem system, Path path, String mountPoint, Path mounted) {
    boolean isLocal() {
      return mountPoint == null;
    }

    File file() {
      return new File(path.toUri().getPath());
    }
  }

  @Override
  public void initialize(URI name, Configuration conf) throws IOException {
    super.initialize(name, conf);
    setConf(conf);
    uri = URI.create("dbfs:///");
    root = new File(conf.get("fs.dbfs.root")).getAbsoluteFile();
    mounts = Mounts.of(conf.get("fs.dbfs.mounts"));
    local.initialize(URI.create("file:///"), conf);
  }

  @Override
  public String getScheme() {
    return "dbfs";
  }

  @Override
  public URI getUri() {
    return uri;
  }

  private Place place(Path path) throws IOException {
    String inside = makeQualified(path).toUri().normalize().getPath();
    if (inside.startsWith("/..")) throw new IOException("Path is outside of DBFS: " + path);
    Mounts.Mount mount = mounts.find(inside);
    if (mount == null) {
      return new Place(local, new Path(new File(root, inside).toURI()), null, null);
    }
    Path mounted = new Path(mount.source());
    String rest = inside.substring(mount.point().length());
    Path target = rest.isEmpty() || rest.equals("/") ? rootOf(mounted) : new Path(rootOf(mounted), rest.substring(1));
    return new Place(mounted.getFileSystem(getConf()), target, mount.point(), rootOf(mounted));
  }

  /** A bucket without a key is the bucket's root. */
  private static Path rootOf(Path mounted) {
    return mounted.toUri().getPath().isEmpty() ? new Path(mounted, "/") : mounted;
  }

  /** The path by which a status of the system below is known here. */
  private Path outside(Place place, Path inner) {
    if (place.isLocal()) {
      String below = inner.toUri().getPath().substring(root.getPath().length());
      return new Path("dbfs", null, below.isEmpty() ? "/" : below);
    }
    String base = place.mounted().toUri().getPath();
    String rest = inner.toUri().getPath().substring(base.equals("/") ? 0 : base.length());
    return new Path("dbfs", null, rest.isEmpty() || rest.equals("/") ? place.mountPoint() : place.mountPoint() + rest);
  }

  /** A status of our own: the local one would run `ls` for each file that is asked for its owner or permission. */
  private FileStatus outside(Place place, FileStatus inner) {
    return new FileStatus(inner.getLen(), inner.isDirectory(), inner.getReplication(), inner.getBlockSize(),
        inner.getModificationTime(), inner.getAccessTime(), EVERYBODY, "root", "root", outside(place, inner.getPath()));
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    Place place = place(path);
    return place.system().open(place.path(), bufferSize);
  }

  @Override
  public FSDataOutputStream create(Path path, FsPermission permission, boolean overwrite, int bufferSize, short replication,
      long blockSize, Progressable progress) throws IOException {
    Place place = place(path);
    // Without the permission: setting it would run `chmod`.
    if (place.isLocal()) return local.create(place.path(), overwrite, bufferSize, replication, blockSize, progress);
    return place.system().create(place.path(), permission, overwrite, bufferSize, replication, blockSize, progress);
  }

  @Override
  public FSDataOutputStream append(Path path, int bufferSize, Progressable progress) throws IOException {
    Place place = place(path);
    return place.system().append(place.path(), bufferSize, progress);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    Place source = place(from);
    Place target = place(to);
    if (source.isLocal() && target.isLocal()) return renameLocally(source.file(), target.file());
    if (!source.isLocal() && source.mountPoint().equals(target.mountPoint())) {
      return source.system().rename(source.path(), target.path());
    }
    throw new IOException("Cannot rename over the border of a mount: " + from + " to " + to);
  }

  /** Never over a file that is there, and without a gap between looking and renaming: Delta's commits rely on it. */
  private static boolean renameLocally(File from, File to) throws IOException {
    if (!from.exists()) return false;
    File target = to.isDirectory() ? new File(to, from.getName()) : to;
    if (target.getParentFile() == null || !target.getParentFile().isDirectory()) return false;
    try {
      if (from.isFile()) {
        Files.createLink(target.toPath(), from.toPath());
        Files.delete(from.toPath());
      } else {
        Files.move(from.toPath(), target.toPath());
      }
      return true;
    } catch (FileAlreadyExistsException there) {
      return false;
    } catch (UnsupportedOperationException noLinks) {
      if (target.exists()) return false;
      Files.move(from.toPath(), target.toPath());
      return true;
    }
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    Place place = place(path);
    return place.system().delete(place.path(), recursive);
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    Place place = place(path);
    if (place.isLocal() && !place.file().exists()) throw new FileNotFoundException("File does not exist: " + path);
    FileStatus[] inner = place.system().listStatus(place.path());
    FileStatus[] found = new FileStatus[inner.length];
    for (int at = 0; at < inner.length; at += 1) found[at] = outside(place, inner[at]);
    Arrays.sort(found);
    return found;
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    Place place = place(path);
    if (place.isLocal() && !place.file().exists()) throw new FileNotFoundException("File does not exist: " + path);
    return outside(place, place.system().getFileStatus(place.path()));
  }

  @Override
  public boolean mkdirs(Path path, FsPermission permission) throws IOException {
    Place place = place(path);
    return place.isLocal() ? local.mkdirs(place.path()) : place.system().mkdirs(place.path(), permission);
  }

  @Override
  public void setTimes(Path path, long modified, long accessed) throws IOException {
    Place place = place(path);
    if (place.isLocal()) local.setTimes(place.path(), modified, accessed);
  }

  @Override
  public void setWorkingDirectory(Path path) {}

  @Override
  public Path getWorkingDirectory() {
    return new Path("dbfs", null, "/");
  }
}
