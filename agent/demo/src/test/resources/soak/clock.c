/*
 * A clock that a test can set, for one process and those that it starts (LD_PRELOAD). The time of day is
 * the machine's and as many nanoseconds more as the file that KEXTWATCH_CLOCK names says: eight bytes in
 * this machine's order, read anew each time. The monotonic clock is left alone, so a change of the file is
 * what a step of the clock is.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

static const volatile long long *offset;

__attribute__((constructor)) static void begin(void) {
  const char *name = getenv("KEXTWATCH_CLOCK");
  int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *shared = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
  if (shared != MAP_FAILED) offset = shared;
  close(file);
}

int clock_gettime(clockid_t which, struct timespec *now) {
  int result = syscall(SYS_clock_gettime, which, now);
  if (result == 0 && offset && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) {
    long long nanos = now->tv_nsec + *offset % SECOND;
    now->tv_sec += *offset / SECOND;
    if (nanos < 0) {
      nanos += SECOND;
      now->tv_sec--;
    } else if (nanos >= SECOND) {
      nanos -= SECOND;
      now->tv_sec++;
    }
    now->tv_nsec = nanos;
  }
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec exact;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &exact)) return -1;
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *now) {
  struct timespec exact;
  if (clock_gettime(CLOCK_REALTIME, &exact)) return -1;
  if (now) *now = exact.tv_sec;
  return exact.tv_sec;
}
