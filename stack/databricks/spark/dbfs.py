"""dbutils.fs: files of DBFS, of mounts and of buckets."""

import re
from typing import Any, List, NamedTuple, Optional

from pyspark.sql import SparkSession

from .help import Help

# Names and keys in a bucket's URI: `s3n://KEY:SECRET@bucket`. S3A does not take them, and no file may keep them.
LOGIN = re.compile(r"^(s3[an]?://).*@")
POINT = re.compile(r"/+$")


class FileInfo(NamedTuple):
    path: str
    name: str
    size: int
    modificationTime: int

    def isDir(self) -> bool:
        return self.name.endswith("/")

    def isFile(self) -> bool:
        return not self.isDir()


class MountInfo(NamedTuple):
    mountPoint: str
    source: str
    encryptionType: str


class ExecutionError(Exception):
    """Something that the file system refused; the text has the Java exception, which notebooks look for."""


class FileSystemUtils(Help):
    """dbutils.fs."""

    def __init__(self, session: SparkSession, say: Any) -> None:
        self._jvm: Any = session._jvm
        self._conf = session._jsc.hadoopConfiguration()  # type: ignore[union-attr]
        self._say = say

    def ls(self, path: str) -> List[FileInfo]:
        system, at = self._at(path)
        return [self._info(one) for one in self._do("ls", lambda: system.listStatus(at))]

    def head(self, path: str, maxBytes: int = 65536) -> str:
        system, at = self._at(path)

        def read() -> bytes:
            stream = system.open(at)
            try:
                return bytes(stream.readNBytes(maxBytes))
            finally:
                stream.close()

        return self._do("head", read).decode("utf-8", "replace")

    def put(self, path: str, contents: str, overwrite: bool = False) -> bool:
        system, at = self._at(path)
        data = contents.encode("utf-8")

        # S3A itself is set not to look, which costs two requests for each file that Spark writes.
        if not overwrite and self._do("put", lambda: system.exists(at)):
            raise ExecutionError(f"java.nio.file.FileAlreadyExistsException: {path}")

        def write() -> None:
            stream = system.create(at, overwrite)
            stream.write(data)
            stream.close()

        self._do("put", write)
        self._say(f"Wrote {len(data)} bytes.")
        return True

    def mkdirs(self, path: str) -> bool:
        system, at = self._at(path)
        return self._do("mkdirs", lambda: system.mkdirs(at))

    def rm(self, path: str, recurse: bool = False) -> bool:
        system, at = self._at(path)
        return self._do("rm", lambda: system.delete(at, recurse))

    def cp(self, source: str, to: str, recurse: bool = False) -> bool:
        return self._copy("cp", source, to, recurse, False)

    def mv(self, source: str, to: str, recurse: bool = False) -> bool:
        return self._copy("mv", source, to, recurse, True)

    def _copy(self, what: str, source: str, to: str, recurse: bool, remove: bool) -> bool:
        first, at = self._at(source)
        second, target = self._at(to)
        if self._do(what, lambda: first.getFileStatus(at)).isDirectory() and not recurse:
            raise ExecutionError(f"java.lang.IllegalArgumentException: {source} is a directory: recurse must be true")
        util = self._jvm.org.apache.hadoop.fs.FileUtil
        return self._do(what, lambda: util.copy(first, at, second, target, remove, True, self._conf))

    def mount(
        self,
        source: str,
        mountPoint: Optional[str] = None,
        encryptionType: str = "",
        owner: Optional[str] = None,
        extraConfigs: Optional[dict] = None,
        mount_point: Optional[str] = None,
        extra_configs: Optional[dict] = None,
    ) -> bool:
        point = self._point(mountPoint or mount_point or "")
        if not re.match(r"^(s3[an]?|dbfs|file)://?", source):
            raise ExecutionError(f"java.lang.IllegalArgumentException: cannot mount {_shown(source)}: only s3a, s3n and s3")
        if not self._do("mount", lambda: self._mounts().add(point, _shown(source))):
            raise ExecutionError(
                "java.rmi.RemoteException: java.lang.IllegalArgumentException: requirement failed: "
                f"Directory already mounted: {point}; nested exception is: \n\tjava.lang.IllegalArgumentException: "
                f"requirement failed: Directory already mounted: {point}"
            )
        self._local().mkdirs(self._jvm.org.apache.hadoop.fs.Path(self._conf.get("fs.dbfs.root") + point))
        return True

    def updateMount(self, source: str, mountPoint: str, *args: Any, **kwargs: Any) -> bool:
        self._do("updateMount", lambda: self._mounts().remove(self._point(mountPoint)))
        return self.mount(source, mountPoint, *args, **kwargs)

    def unmount(self, mountPoint: Optional[str] = None, mount_point: Optional[str] = None) -> bool:
        point = self._point(mountPoint or mount_point or "")
        if not self._do("unmount", lambda: self._mounts().remove(point)):
            raise ExecutionError(
                f"java.rmi.RemoteException: java.lang.IllegalArgumentException: requirement failed: Directory not mounted: {point}"
            )
        # Not recursively: what was there before the mount stays.
        try:
            self._local().delete(self._jvm.org.apache.hadoop.fs.Path(self._conf.get("fs.dbfs.root") + point), False)
        except Exception:  # noqa: BLE001 - a folder with files is kept
            pass
        self._say(f"{point} has been unmounted.")
        return True

    def mounts(self) -> List[MountInfo]:
        return [MountInfo(one.point(), one.source(), "") for one in self._mounts().list()]

    def refreshMounts(self) -> bool:
        return True

    def _point(self, text: str) -> str:
        point = POINT.sub("", text.removeprefix("dbfs:"))
        if not point.startswith("/"):
            raise ExecutionError(f"java.lang.IllegalArgumentException: Mount point must begin with /: {text}")
        return point

    def _mounts(self) -> Any:
        return self._jvm.tradewind.Mounts.of(self._conf.get("fs.dbfs.mounts"))

    def _local(self) -> Any:
        return self._jvm.org.apache.hadoop.fs.FileSystem.getLocal(self._conf)

    def _at(self, path: str) -> Any:
        at = self._jvm.org.apache.hadoop.fs.Path(path)
        return self._do("open", lambda: at.getFileSystem(self._conf)), at

    def _info(self, status: Any) -> FileInfo:
        folder = status.isDirectory()
        path = status.getPath().toString()
        name = status.getPath().getName()
        return FileInfo(path + "/" * folder, name + "/" * folder, status.getLen(), status.getModificationTime())

    def _do(self, what: str, work: Any) -> Any:
        try:
            return work()
        except Exception as error:
            java = getattr(error, "java_exception", None)
            if java is None:
                raise
            raise ExecutionError(f"An error occurred while calling {what}.\n: {java.toString()}") from None


def _shown(source: str) -> str:
    return LOGIN.sub(r"\1", source)
