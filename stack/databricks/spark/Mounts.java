package tradewind;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Mount points of DBFS and what is mounted there, in a file, so that they outlive the driver. One writer: this process. */
public final class Mounts {
  private static final Map<String, Mounts> BY_FILE = new ConcurrentHashMap<>();

  /** A mount point (`/mnt/x`) and the URI of what is there (`s3a://bucket/prefix`). */
  public record Mount(String point, String source) {}

  private final Path file;
  private volatile Map<String, String> table;

  private Mounts(Path file) {
    this.file = file;
    Properties kept = new Properties();
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file)) {
        kept.load(reader);
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    }
    Map<String, String> read = new TreeMap<>();
    kept.stringPropertyNames().forEach(point -> read.put(point, kept.getProperty(point)));
    table = read;
  }

  /** The mounts of a file: the same object for everybody who names it. */
  public static Mounts of(String file) {
    return BY_FILE.computeIfAbsent(new File(file).getAbsolutePath(), path -> new Mounts(Path.of(path)));
  }

  /** The innermost mount that a path is in, or null. */
  public Mount find(String path) {
    Map<String, String> now = table;
    String at = path;
    while (at.length() > 1) {
      String source = now.get(at);
      if (source != null) return new Mount(at, source);
      at = at.substring(0, Math.max(at.lastIndexOf('/'), 0));
    }
    return null;
  }

  /** All of them, by mount point. */
  public List<Mount> list() {
    List<Mount> all = new ArrayList<>();
    table.forEach((point, source) -> all.add(new Mount(point, source)));
    return all;
  }

  /** Mounts; false when something is mounted there. */
  public synchronized boolean add(String point, String source) throws IOException {
    if (table.containsKey(point)) return false;
    Map<String, String> next = new TreeMap<>(table);
    next.put(point, source);
    keep(next);
    return true;
  }

  /** Unmounts; false when nothing is mounted there. */
  public synchronized boolean remove(String point) throws IOException {
    if (!table.containsKey(point)) return false;
    Map<String, String> next = new TreeMap<>(table);
    next.remove(point);
    keep(next);
    return true;
  }

  private void keep(Map<String, String> next) throws IOException {
    Properties written = new Properties();
    written.putAll(next);
    Path draft = file.resolveSibling(file.getFileName() + ".draft");
    try (Writer writer = Files.newBufferedWriter(draft, StandardCharsets.UTF_8)) {
      written.store(writer, "Mounts of DBFS");
    }
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    table = next;
  }
}
