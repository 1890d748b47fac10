/*
 * Preloaded into a program, moves its wall clock CLOCK_SHIFT seconds ahead.
 *
 * The clocks that only measure how long something took are left alone, and so is everything that waits: a program
 * sees another day, and nothing else that is new to it. Without glibc's own functions, which would find these again.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t shift(void)
{
    static time_t seconds;
    static int known;

    if (!known) {
        const char *given = getenv("CLOCK_SHIFT");
        seconds = given ? atol(given) : 0;
        known = 1;
    }
    return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (syscall(SYS_clock_gettime, clock, now) != 0)
        return -1;
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
        now->tv_sec += shift();
    return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    (void)zone;
    if (syscall(SYS_gettimeofday, now, NULL) != 0)
        return -1;
    now->tv_sec += shift();
    return 0;
}

time_t time(time_t *given)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (given)
        *given = now.tv_sec;
    return now.tv_sec;
}
