#include "embedded/watermark.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/bytes.h"

namespace rookery::embedded {
namespace {

constexpr std::uint32_t kMagic = 0x524b574d;  // "RKWM"
constexpr std::size_t kRecordBytes = 32;      // magic, number, offset, sequence, CRC-32C of what stands before
constexpr off_t kSlotBytes = 4096;            // no two slots in one sector of any disk

constexpr std::array<std::uint32_t, 256> make_crc32c_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0);  // Castagnoli, reflected
    table[i] = crc;
  }
  return table;
}

std::uint32_t crc32c(std::string_view bytes) {
  static constexpr auto kTable = make_crc32c_table();
  std::uint32_t crc = ~0u;
  for (const char c : bytes) crc = kTable[(crc ^ static_cast<std::uint8_t>(c)) & 0xff] ^ (crc >> 8);
  return ~crc;
}

struct Numbered {
  std::uint64_t number = 0;
  Mark mark;
};

std::string encode(const Numbered& record) {
  std::string out;
  ByteWriter writer(out);
  writer.u32(kMagic).u64(record.number).u64(record.mark.offset).u64(record.mark.sequence);
  writer.u32(crc32c(out));
  return out;
}

std::optional<Numbered> decode(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u32() != kMagic) return std::nullopt;
  Numbered record;
  record.number = in.u64();
  record.mark.offset = in.u64();
  record.mark.sequence = in.u64();
  const std::uint32_t crc = in.u32();
  if (!in.at_end() || crc != crc32c(bytes.substr(0, kRecordBytes - sizeof crc))) return std::nullopt;
  return record;
}

off_t slot_of(std::uint64_t number) { return static_cast<off_t>(number % 2) * kSlotBytes; }

std::unexpected<Error> io_failed(const std::string& what) { return fail(ErrorCode::kInternal, what + ": " + std::strerror(errno)); }

bool write_record(int file, const Numbered& record) {
  const std::string bytes = encode(record);
  ssize_t written = 0;
  do {
    written = ::pwrite(file, bytes.data(), bytes.size(), slot_of(record.number));
  } while (written < 0 && errno == EINTR);
  if (written >= 0 && written != static_cast<ssize_t>(bytes.size())) errno = ENOSPC;
  return written == static_cast<ssize_t>(bytes.size());
}

// The newest record that holds.
std::optional<Numbered> read_records(int file) {
  std::optional<Numbered> newest;
  for (std::uint64_t slot = 0; slot < 2; ++slot) {
    std::array<char, kRecordBytes> bytes{};
    if (::pread(file, bytes.data(), bytes.size(), slot_of(slot)) != static_cast<ssize_t>(bytes.size())) continue;
    const auto record = decode(std::string_view(bytes.data(), bytes.size()));
    if (record && (!newest || record->number > newest->number)) newest = record;
  }
  return newest;
}

Status sync_directory_of(const std::string& path) {
  const std::string directory = path.substr(0, path.rfind('/'));
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return io_failed("cannot open " + directory);
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  if (!synced) return io_failed("cannot sync " + directory);
  return {};
}

}  // namespace

Result<std::optional<Mark>> Watermark::read(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return std::nullopt;
  if (file < 0) return io_failed("cannot read " + path);
  const auto record = read_records(file);
  ::close(file);
  if (!record) return fail(ErrorCode::kInternal, path + " is damaged: neither of its two records holds");
  return record->mark;
}

Status Watermark::create(const std::string& path, Mark mark) {
  const std::string fresh = path + ".new";
  const int file = ::open(fresh.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return io_failed("cannot write " + fresh);
  // Both slots, so that the file has its final size and later writes change no metadata.
  const bool written =
      write_record(file, {.number = 1, .mark = mark}) && write_record(file, {.number = 2, .mark = mark}) && ::fsync(file) == 0;
  ::close(file);
  if (!written) return io_failed("cannot write " + fresh);
  if (::rename(fresh.c_str(), path.c_str()) != 0) return io_failed("cannot rename " + fresh);
  return sync_directory_of(path);
}

Result<Watermark> Watermark::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return io_failed("cannot open " + path);
  const auto record = read_records(file);
  if (!record) {
    ::close(file);
    return fail(ErrorCode::kInternal, path + " is damaged: neither of its two records holds");
  }
  return Watermark(file, record->number);
}

Watermark::Watermark(Watermark&& other) noexcept
    : file_(std::exchange(other.file_, -1)), number_(other.number_), unsynced_(other.unsynced_.load()) {}

Watermark::~Watermark() {
  if (file_ >= 0) ::close(file_);
}

Status Watermark::advance(Mark mark) noexcept {
  if (!write_record(file_, {.number = number_ + 1, .mark = mark})) return io_failed("cannot write the watermark");
  ++number_;
  unsynced_.store(true, std::memory_order_release);
  return {};
}

Status Watermark::sync() noexcept {
  if (!unsynced_.exchange(false, std::memory_order_acquire)) return {};
  if (::fdatasync(file_) != 0) return io_failed("cannot sync the watermark");
  return {};
}

}  // namespace rookery::embedded
