/*
 * A tool of a simulated Mac that costs next to nothing. For each list of arguments it runs the stub
 * script beside it (tool.sh) once, and keeps what that printed; from then on it prints the same. A
 * script that fails is run each time.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int print_file(const char *name) {
  char bytes[65536];
  ssize_t n;
  int in = open(name, O_RDONLY);
  if (in < 0) return 0;
  while ((n = read(in, bytes, sizeof bytes)) > 0)
    if (write(1, bytes, n) != n) return 0;
  close(in);
  return 1;
}

int main(int argc, char **argv) {
  char self[PATH_MAX], script[PATH_MAX + 8], answer[PATH_MAX + 64], fresh[PATH_MAX + 96];
  unsigned long hash = 5381;
  int i, status;
  ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  if (length < 0) return 70;
  self[length] = 0;
  for (i = 1; i < argc; i++) {
    const char *c = argv[i];
    for (; *c; c++) hash = hash * 33 + (unsigned char)*c;
    hash = hash * 33 + '\n';
  }
  snprintf(script, sizeof script, "%s.sh", self);
  snprintf(answer, sizeof answer, "%s.answer-%lx", self, hash);
  if (print_file(answer)) return 0;
  snprintf(fresh, sizeof fresh, "%s-%d", answer, (int)getpid());
  pid_t child = fork();
  if (child == 0) {
    int out = open(fresh, O_CREAT | O_WRONLY | O_TRUNC, 0644);
    dup2(out, 1);
    argv[0] = script;
    execv(script, argv);
    _exit(70);
  }
  waitpid(child, &status, 0);
  print_file(fresh);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    rename(fresh, answer);
    return 0;
  }
  unlink(fresh);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 70;
}
