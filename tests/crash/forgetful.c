/* A disk that forgets what was not synced, for tests of power loss.
 *
 * Loaded by LD_PRELOAD. Below the folder $FORGETFUL_ROOT files are written as ever, and beside it
 * $FORGETFUL_SHADOW keeps what a power loss would leave, by inode number:
 *
 *   inodes/<inode>          a file's contents when it was last fsynced or fdatasynced
 *   folders/<inode>/<name>  a folder's entries when the folder was last fsynced: a symbolic link to
 *                           "file <inode>" or "folder <inode>"
 *
 * So a name and its contents become durable apart, in any order: a synced folder shows an unsynced
 * file as empty, an unsynced rename shows the old name, a synced folder without a durable name is
 * lost. What was there before the program started is put into the shadow by forgetful.py, which
 * builds the tree that is left, too. Nothing is ever really synced: the machine stays up, and it is
 * faster.
 *
 * Every call that may change what is durable is a step (fsync, fdatasync, rename, unlink, rmdir,
 * mkdir). $FORGETFUL_TRACE names a file to which each is appended; $FORGETFUL_KILL=n ends the
 * process by SIGKILL before the n-th. O_SYNC, msync and sync() are not known: who leans on them
 * loses data here.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_size;
static const char* shadow;
static int trace_fd = -1;
static long kill_at;
static long steps;

/* The real calls: straight to the kernel, so that none of our own comes in between. */
static int real_unlink(const char* path) { return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0); }
static int real_rename(const char* from, const char* to) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static void broken(const char* what) {
  dprintf(2, "forgetful: cannot %s: %s\n", what, strerror(errno));
  abort();
}

__attribute__((constructor)) static void begin(void) {
  const char* folder = getenv("FORGETFUL_ROOT");
  shadow = getenv("FORGETFUL_SHADOW");
  if (folder == NULL || shadow == NULL) return;
  if (realpath(folder, root) == NULL) broken("find $FORGETFUL_ROOT");
  root_size = strlen(root);
  const char* trace = getenv("FORGETFUL_TRACE");
  if (trace != NULL) trace_fd = open(trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const char* number = getenv("FORGETFUL_KILL");
  if (number != NULL) kill_at = atol(number);
}

/* Whether `path` is the root or below it; *relative is the part behind it ("" for the root). */
static int below_root(const char* path, const char** relative) {
  if (root_size == 0 || strncmp(path, root, root_size) != 0) return 0;
  if (path[root_size] != '\0' && path[root_size] != '/') return 0;
  *relative = path + root_size;
  return 1;
}

/* The absolute path that `path`, relative to `dirfd`, names; its last part need not exist. */
static int absolute(int dirfd, const char* path, char* out) {
  char joined[PATH_MAX];
  char parent[PATH_MAX];
  if (path[0] == '/') {
    snprintf(joined, sizeof joined, "%s", path);
  } else {
    char base[PATH_MAX];
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
    const ssize_t size =
        readlink(dirfd == AT_FDCWD ? "/proc/self/cwd" : link, base, sizeof base - 1);
    if (size < 0) return 0;
    base[size] = '\0';
    if ((size_t)snprintf(joined, sizeof joined, "%s/%s", base, path) >= sizeof joined) return 0;
  }
  char* slash = strrchr(joined, '/');
  while (slash != NULL && slash[1] == '\0' && slash != joined) {
    *slash = '\0';
    slash = strrchr(joined, '/');
  }
  if (slash == NULL) return 0;
  *slash = '\0';
  if (realpath(joined[0] != '\0' ? joined : "/", parent) == NULL) return 0;
  return (size_t)snprintf(out, PATH_MAX, "%s/%s", parent, slash + 1) < PATH_MAX;
}

/* Counts a step of the file or folder `relative`. Called with the lock held, before the step is
 * taken. */
static void step(const char* name, const char* relative) {
  ++steps;
  if (trace_fd >= 0) dprintf(trace_fd, "%s %s\n", name, relative);
  if (steps == kill_at) syscall(SYS_kill, getpid(), SIGKILL);
}

static void shadow_inode(ino_t inode, char* out) {
  snprintf(out, PATH_MAX, "%s/inodes/%llu", shadow, (unsigned long long)inode);
}

/* Makes the contents of the open file the durable ones, page by page, cut last. */
static void keep_contents(int fd, const struct stat* now) {
  char name[PATH_MAX];
  char path[64];
  shadow_inode(now->st_ino, name);
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  const int in = open(path, O_RDONLY | O_CLOEXEC);
  const int out = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (in < 0 || out < 0) broken("keep a file's contents");
  static char page[PAGE * 64];
  static char kept[PAGE * 64];
  off_t at = 0;
  while (1) {
    const ssize_t size = pread(in, page, sizeof page, at);
    if (size < 0) broken("read a file to keep it");
    if (size == 0) break;
    if (pread(out, kept, (size_t)size, at) != size || memcmp(page, kept, (size_t)size) != 0) {
      if (pwrite(out, page, (size_t)size, at) != size) broken("write what is kept");
    }
    at += size;
  }
  if (ftruncate(out, at) != 0) broken("cut what is kept");
  close(in);
  close(out);
}

static void keep_entry(const char* kept_name, const struct stat* found) {
  char staged[PATH_MAX];
  char target[64];
  char there[64];
  snprintf(target, sizeof target, "%s %llu", S_ISDIR(found->st_mode) ? "folder" : "file",
           (unsigned long long)found->st_ino);
  const ssize_t size = readlink(kept_name, there, sizeof there);
  if (size == (ssize_t)strlen(target) && memcmp(there, target, (size_t)size) == 0) return;
  snprintf(staged, sizeof staged, "%s/staged", shadow);
  real_unlink(staged);
  if (symlink(target, staged) != 0 || real_rename(staged, kept_name) != 0) broken("keep a name");
}

/* Makes the entries of the folder the durable ones: new ones first, then those that are gone. */
static void keep_entries(const char* path, const struct stat* now) {
  char kept[PATH_MAX];
  char name[PATH_MAX + NAME_MAX + 2];
  struct stat found;
  struct dirent* entry;
  snprintf(kept, sizeof kept, "%s/folders/%llu", shadow, (unsigned long long)now->st_ino);
  (void)syscall(SYS_mkdirat, AT_FDCWD, kept, 0755);
  DIR* dir = opendir(path);
  if (dir == NULL) broken("list a folder");
  while ((entry = readdir(dir)) != NULL) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
    if (lstat(name, &found) != 0) continue;
    snprintf(name, sizeof name, "%s/%s", kept, entry->d_name);
    keep_entry(name, &found);
  }
  closedir(dir);
  dir = opendir(kept);
  if (dir == NULL) broken("list a kept folder");
  while ((entry = readdir(dir)) != NULL) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
    if (lstat(name, &found) == 0) continue;
    snprintf(name, sizeof name, "%s/%s", kept, entry->d_name);
    real_unlink(name);
  }
  closedir(dir);
}

static int sync_descriptor(int fd, const char* call) {
  char link[64];
  char path[PATH_MAX];
  const char* relative;
  struct stat now;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0 || fstat(fd, &now) != 0) {
    errno = EBADF;
    return -1;
  }
  path[size] = '\0';
  if (!below_root(path, &relative)) return (int)syscall(SYS_fsync, fd);
  pthread_mutex_lock(&lock);
  step(call, relative);
  if (S_ISDIR(now.st_mode)) {
    keep_entries(path, &now);
  } else {
    keep_contents(fd, &now);
  }
  pthread_mutex_unlock(&lock);
  return 0;
}

int fsync(int fd) { return sync_descriptor(fd, "fsync"); }
int fdatasync(int fd) { return sync_descriptor(fd, "fdatasync"); }

/* A removed file's inode number must not come again: the shadow knows files by it. Kept open for
 * ever. */
static void hold(const char* path) { (void)!open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC); }

static int changing(const char* call, int dirfd, const char* path, char* out) {
  const char* relative;
  if (root_size == 0 || !absolute(dirfd, path, out) || !below_root(out, &relative)) return 0;
  pthread_mutex_lock(&lock);
  step(call, relative);
  return 1;
}

int renameat2(int from_fd, const char* from, int to_fd, const char* to, unsigned flags) {
  char path[PATH_MAX];
  const int ours = changing("rename", to_fd, to, path);
  if (ours) hold(path);
  const int result = (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, flags);
  if (ours) pthread_mutex_unlock(&lock);
  return result;
}
int renameat(int from_fd, const char* from, int to_fd, const char* to) {
  return renameat2(from_fd, from, to_fd, to, 0);
}
int rename(const char* from, const char* to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int dirfd, const char* name, int flags) {
  char path[PATH_MAX];
  const int ours = changing(flags & AT_REMOVEDIR ? "rmdir" : "unlink", dirfd, name, path);
  if (ours) hold(path);
  const int result = (int)syscall(SYS_unlinkat, dirfd, name, flags);
  if (ours) pthread_mutex_unlock(&lock);
  return result;
}
int unlink(const char* path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char* path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char* path) {
  struct stat found;
  if (lstat(path, &found) != 0) return -1;
  return unlinkat(AT_FDCWD, path, S_ISDIR(found.st_mode) ? AT_REMOVEDIR : 0);
}

int mkdirat(int dirfd, const char* name, mode_t mode) {
  char path[PATH_MAX];
  const int ours = changing("mkdir", dirfd, name, path);
  const int result = (int)syscall(SYS_mkdirat, dirfd, name, mode);
  if (ours) pthread_mutex_unlock(&lock);
  return result;
}
int mkdir(const char* path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

/* A kill that the program sends itself comes when no other thread is half-way through a step. */
int kill(pid_t process, int signal) {
  if (root_size != 0 && process == getpid() && signal == SIGKILL) pthread_mutex_lock(&lock);
  return (int)syscall(SYS_kill, process, signal);
}
