/* Writes down what a program reads of some files, for tests of what a query scans.
 *
 * Loaded by LD_PRELOAD. Every read and pread of a file below the folder $READ_LOG_ROOT is appended
 * to the file $READ_LOG as "offset bytes path". Memory maps are not seen: who reads so is missing
 * from the log, and the test that compares it fails.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int log_fd = -1;
static const char* root;
static size_t root_size;

__attribute__((constructor)) static void begin(void) {
  const char* file = getenv("READ_LOG");
  root = getenv("READ_LOG_ROOT");
  if (file == NULL || root == NULL) return;
  root_size = strlen(root);
  log_fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log_fd < 0) abort();
}

static void note(int fd, off_t offset, ssize_t bytes) {
  char link[64];
  char path[PATH_MAX];
  char line[PATH_MAX + 64];
  if (log_fd < 0 || bytes <= 0) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size <= (ssize_t)root_size || memcmp(path, root, root_size) != 0) return;
  path[size] = '\0';
  const int length = snprintf(line, sizeof line, "%lld %zd %s\n", (long long)offset, bytes, path);
  /* One write a line: lines of several threads don't mix. */
  if (syscall(SYS_write, log_fd, line, (size_t)length) != length) abort();
}

ssize_t pread(int fd, void* out, size_t size, off_t offset) {
  const ssize_t got = syscall(SYS_pread64, fd, out, size, offset);
  note(fd, offset, got);
  return got;
}

ssize_t pread64(int fd, void* out, size_t size, off_t offset) {
  return pread(fd, out, size, offset);
}

ssize_t read(int fd, void* out, size_t size) {
  const ssize_t got = syscall(SYS_read, fd, out, size);
  if (log_fd >= 0 && got > 0) note(fd, lseek(fd, 0, SEEK_CUR) - got, got);
  return got;
}
