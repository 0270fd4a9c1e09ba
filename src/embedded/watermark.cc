#include "embedded/watermark.h"

#include <rocksdb/file_system.h>

#include <array>
#include <string_view>
#include <utility>

#include "base/bytes.h"

namespace rookery::embedded {
namespace {

// A record: magic, number, offset, sequence, of each family the log and the sequence, CRC-32C of what stands before.
constexpr std::uint32_t kMagic = 0x524b5732;  // "RKW2"
constexpr std::size_t kRecordBytes = 32 + 16 * kFamilies;
// The first form, which is still read, says nothing of families.
constexpr std::uint32_t kFirstMagic = 0x524b574d;  // "RKWM"
constexpr std::size_t kFirstRecordBytes = 32;
constexpr std::uint64_t kSlotBytes = 4096;  // no two slots in one sector of any disk

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
  for (const LastWrite& last : record.mark.families) writer.u64(last.log).u64(last.sequence);
  writer.u32(crc32c(out));
  return out;
}

// `bytes` may go on behind the record.
std::optional<Numbered> decode(std::string_view bytes) {
  ByteReader in(bytes);
  const std::uint32_t magic = in.u32();
  if (magic != kMagic && magic != kFirstMagic) return std::nullopt;
  Numbered record;
  record.number = in.u64();
  record.mark.offset = in.u64();
  record.mark.sequence = in.u64();
  if (magic == kMagic) {
    for (LastWrite& last : record.mark.families) {
      last.log = in.u64();
      last.sequence = in.u64();
    }
  }
  const std::uint32_t crc = in.u32();
  const std::size_t size = magic == kMagic ? kRecordBytes : kFirstRecordBytes;
  if (!in.ok() || crc != crc32c(bytes.substr(0, size - sizeof crc))) return std::nullopt;
  return record;
}

std::uint64_t slot_of(std::uint64_t number) { return number % 2 * kSlotBytes; }

std::unexpected<Error> io_failed(const std::string& what, const rocksdb::IOStatus& why) {
  return fail(ErrorCode::kInternal, what + ": " + why.ToString());
}

std::unexpected<Error> neither_holds(const std::string& path) {
  return fail(ErrorCode::kInternal, path + " is damaged: neither of its two records holds");
}

// The newest record that holds. `File` reads as RocksDB's files do.
template <class File>
std::optional<Numbered> read_records(File& file) {
  std::optional<Numbered> newest;
  for (std::uint64_t slot = 0; slot < 2; ++slot) {
    std::array<char, kRecordBytes> bytes{};
    rocksdb::Slice found;
    if (!file.Read(slot_of(slot), bytes.size(), {}, &found, bytes.data(), nullptr).ok()) continue;
    const auto record = decode(std::string_view(found.data(), found.size()));
    if (record && (!newest || record->number > newest->number)) newest = record;
  }
  return newest;
}

// Both slots, so that the file has its final size and later writes change no metadata.
rocksdb::IOStatus write_new_file(rocksdb::FileSystem& files, const std::string& path, Mark mark) {
  std::string bytes(kSlotBytes + kRecordBytes, '\0');
  bytes.replace(slot_of(1), kRecordBytes, encode({.number = 1, .mark = mark}));
  bytes.replace(slot_of(2), kRecordBytes, encode({.number = 2, .mark = mark}));
  std::unique_ptr<rocksdb::FSWritableFile> file;
  rocksdb::IOStatus status = files.NewWritableFile(path, {}, &file, nullptr);
  if (status.ok()) status = file->Append(bytes, {}, nullptr);
  if (status.ok()) status = file->Fsync({}, nullptr);
  if (status.ok()) status = file->Close({}, nullptr);
  return status;
}

rocksdb::IOStatus sync_directory_of(rocksdb::FileSystem& files, const std::string& path) {
  std::unique_ptr<rocksdb::FSDirectory> directory;
  const rocksdb::IOStatus opened = files.NewDirectory(path.substr(0, path.rfind('/')), {}, &directory, nullptr);
  return opened.ok() ? directory->Fsync({}, nullptr) : opened;
}

}  // namespace

Result<std::optional<Mark>> Watermark::read(rocksdb::FileSystem& files, const std::string& path) {
  std::unique_ptr<rocksdb::FSRandomAccessFile> file;
  const rocksdb::IOStatus opened = files.NewRandomAccessFile(path, {}, &file, nullptr);
  if (opened.IsPathNotFound() || opened.IsNotFound()) return std::nullopt;
  if (!opened.ok()) return io_failed("cannot read " + path, opened);
  const auto record = read_records(*file);
  if (!record) return neither_holds(path);
  return record->mark;
}

Status Watermark::create(rocksdb::FileSystem& files, const std::string& path, Mark mark) {
  const std::string fresh = path + ".new";
  rocksdb::IOStatus status = write_new_file(files, fresh, mark);
  if (status.ok()) status = files.RenameFile(fresh, path, {}, nullptr);
  if (status.ok()) status = sync_directory_of(files, path);
  if (!status.ok()) return io_failed("cannot write " + path, status);
  return {};
}

Result<Watermark> Watermark::open(rocksdb::FileSystem& files, const std::string& path) {
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  const rocksdb::IOStatus opened = files.NewRandomRWFile(path, {}, &file, nullptr);
  if (!opened.ok()) return io_failed("cannot open " + path, opened);
  const auto record = read_records(*file);
  if (!record) return neither_holds(path);
  return Watermark(std::move(file), record->number, record->mark);
}

Watermark::Watermark(std::unique_ptr<rocksdb::FSRandomRWFile> file, std::uint64_t number, const Mark& first)
    : file_(std::move(file)), first_(first), number_(number) {}

Watermark::Watermark(Watermark&& other) noexcept
    : file_(std::move(other.file_)), first_(other.first_), number_(other.number_), unsynced_(other.unsynced_.load()) {}

Watermark::~Watermark() = default;

Status Watermark::advance(Mark mark) noexcept {
  const std::string bytes = encode({.number = number_ + 1, .mark = mark});
  const rocksdb::IOStatus written = file_->Write(slot_of(number_ + 1), bytes, {}, nullptr);
  if (!written.ok()) return io_failed("cannot write the watermark", written);
  ++number_;
  unsynced_.store(true, std::memory_order_release);
  return {};
}

Status Watermark::sync() noexcept {
  if (!unsynced_.exchange(false, std::memory_order_acquire)) return {};
  const rocksdb::IOStatus synced = file_->Sync({}, nullptr);
  if (!synced.ok()) return io_failed("cannot sync the watermark", synced);
  return {};
}

}  // namespace rookery::embedded
