// Floors: what the machine takes for the least that could be done, so that figures of different machines compare.
//
// Block; not on a core.
#pragma once

#include <cstddef>
#include <string>

namespace rookery::bench {

// CPU time of one send() of `bytes` on a loopback connection, one of many whose other ends are read by another processor.
double bare_send_us(std::size_t bytes, unsigned cpu, unsigned reader_cpu);

// Messages a second that one thread makes durable: their rows in one write with one sync, `batch` at a time, again and again.
// In `directory`, which is made and deleted.
double durable_per_second(const std::string& directory, std::size_t batch, std::size_t content_bytes, unsigned cpu);

// Ids a second from one generator.
double ids_per_second();

}  // namespace rookery::bench
