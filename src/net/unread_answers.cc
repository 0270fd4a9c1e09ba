#include "net/unread_answers.h"

#include "net/http_connection.h"

namespace rookery::net {

UnreadAnswers::Place UnreadAnswers::wait(HttpConnection& connection, std::size_t bytes) {
  const Place place = waiting_.insert(waiting_.end(), {&connection, bytes});
  bytes_.store(this->bytes() + bytes, std::memory_order_relaxed);
  while (this->bytes() > bytes_max_ && waiting_.size() > 1) {
    waiting_.front().connection->cut();
    cut_.store(cut() + 1, std::memory_order_release);
  }
  return place;
}

void UnreadAnswers::done(Place place) noexcept {
  bytes_.store(bytes() - place->bytes, std::memory_order_relaxed);
  waiting_.erase(place);
}

}  // namespace rookery::net
