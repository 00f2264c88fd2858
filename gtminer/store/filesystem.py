"""Which kind of file system a path is on: SQLite's write-ahead log needs one that a single host owns."""

from pathlib import Path

# SQLite (wal.html): WAL does not work over a network file system; locks there are unreliable (howtocorrupt.html).
NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "gpfs", "beegfs", "fuse.sshfs"}
)
MOUNTS = Path("/proc/self/mounts")


def kind(path: Path, mounts: Path = MOUNTS) -> str | None:
    """Return the file system's type at *path* (`ext4`, `nfs4`), None where the system does not tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    place = path.resolve()
    best, found = -1, None
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(fields[1].replace("\\040", " "))
        if (point == place or point in place.parents) and len(point.parts) >= best:
            best, found = len(point.parts), fields[2]
    return found


def is_network(path: Path, mounts: Path = MOUNTS) -> bool:
    """Tell whether *path* is on a network file system."""
    return kind(path, mounts) in NETWORK
