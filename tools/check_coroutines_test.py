#!/usr/bin/python3
import unittest

import check_coroutines


class CheckCoroutines(unittest.TestCase):
    def assert_rules(self, text, *expected):
        """Each expected is (line, part of the rule)."""
        found = list(check_coroutines.findings(text))
        self.assertEqual([line for line, _ in found], [line for line, _ in expected], found)
        for (_, rule), (_, part) in zip(found, expected):
            self.assertIn(part, rule)

    def test_a_coroutine_lambda_that_captures_is_found(self):
        self.assert_rules("auto f = [this]() -> Task<void> {\n  co_await g();\n};", (1, "captures nothing"))
        self.assert_rules("return [&](int x) { co_return x; };", (1, "captures nothing"))

    def test_a_coroutine_lambda_that_captures_nothing_is_fine(self):
        self.assert_rules("auto f = [](Store* s) -> Task<int> { co_return co_await s->get(); };")

    def test_a_plain_lambda_inside_a_coroutine_may_capture(self):
        self.assert_rules("Task<void> f() { auto g = [x] { return x; }; co_await run(std::move(g)); }")

    def test_a_plain_lambda_around_a_coroutine_lambda_may_capture(self):
        self.assert_rules("auto f = [x] { auto g = [](int y) -> Task<int> { co_return y; }; return g(x); };")

    def test_a_capturing_lambda_as_a_temporary_is_found(self):
        self.assert_rules("auto r = co_await run(pool,\n  [db, key] { return db->get(key); });", (2, "capturing lambda"))

    def test_a_lambda_without_captures_as_a_temporary_is_fine(self):
        self.assert_rules("auto r = co_await run(pool, [] { return 1; });")

    def test_a_conditional_with_co_await_is_found_on_either_side(self):
        self.assert_rules("auto x = ok ? co_await f() : 0;", (1, "?:"))
        self.assert_rules("auto x = (co_await f()) ? 1 : 0;", )  # the awaited value is whole before the ?: begins
        self.assert_rules("co_await f(a ? b : c);", (1, "?:"))

    def test_a_conditional_in_another_statement_is_fine(self):
        self.assert_rules("auto x = a ? b : c; co_await f(x); auto y = a ? b : c;")

    def test_a_braced_temporary_is_found(self):
        self.assert_rules("co_await append(Command{.channel = c});", (1, "braced"))
        self.assert_rules("co_await append({c, d});", (1, "braced"))

    def test_empty_braces_and_bodies_are_fine(self):
        self.assert_rules("co_await append({});\nif (auto s = co_await f(); !s) { return; }\nwhile (co_await g()) { h(); }")
        self.assert_rules("if (co_await f()) g({1, 2});")

    def test_a_detached_coroutine_is_found(self):
        self.assert_rules("co_spawn(context, f(), asio::detached);", (1, "detached"))
        self.assert_rules("co_spawn(context, f(), boost::asio::detached);", (1, "detached"))

    def test_an_rvalue_parameter_of_a_coroutine_is_found(self):
        self.assert_rules("Task<void> send(int a,\n  std::string&& text);", (2, "T&&"))
        self.assert_rules("runtime::Task<Result<int>> A::f(const B& b, std::function<void(int&&)> g);")

    def test_comments_and_strings_are_not_code(self):
        self.assert_rules('// asio::detached\n/* co_await x ? y : z; */ auto s = "co_await a ? b : c;"; char c = \'{\';')
        self.assert_rules('auto s = R"(asio::detached)";')

    def test_attributes_and_indexes_are_not_lambdas(self):
        self.assert_rules("[[nodiscard]] Task<int> f() { co_return a[i]; }")


if __name__ == "__main__":
    unittest.main()
