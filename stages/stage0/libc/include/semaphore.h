// semaphore.h: there are no threads, so waiting for somebody else's post would never end; it fails.
#ifndef _SEMAPHORE_H
#define _SEMAPHORE_H

typedef unsigned sem_t;
#define sem_init(semaphore, shared, count) (*(semaphore) = (count), 0)
#define sem_post(semaphore) (++*(semaphore), 0)
#define sem_wait(semaphore) (*(semaphore) > 0 ? (--*(semaphore), 0) : -1)

#endif
