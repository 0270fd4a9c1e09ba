// release_free_memory(): what the allocator keeps for later goes back to the machine.
#pragma once

namespace rookery {

// Any thread; takes as long as there is much to give back, milliseconds for a gigabyte. With jemalloc, which is linked into the server (its
// own decay needs a process that is busy), and with glibc's allocator.
void release_free_memory();

}  // namespace rookery
