#!/usr/bin/python3
import pathlib
import tempfile
import unittest

import check_layers


class CheckLayers(unittest.TestCase):
    def findings(self, files):
        """What the check says of a tree with these files: path -> the paths it includes."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, targets in files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("#pragma once\n" + "".join(f'#include "{target}"\n' for target in targets))
            return list(check_layers.findings(root))

    def assert_one(self, files, *parts):
        found = self.findings(files)
        self.assertEqual(len(found), 1, found)
        for part in parts:
            self.assertIn(part, found[0])

    def test_an_arrow_that_points_down_is_fine(self):
        self.assertEqual(self.findings({
            "src/base/ids.h": [],
            "src/model/message.h": ["base/ids.h"],
            "src/ports/channel_log.h": ["model/message.h"],
            "src/chat/send.cc": ["ports/channel_log.h", "base/ids.h"],
        }), [])

    def test_an_arrow_that_points_up_is_named_with_file_and_line(self):
        self.assert_one({"src/base/ids.h": ["model/message.h"], "src/model/message.h": []}, "src/base/ids.h:2:", "model/message.h")

    def test_net_knows_nothing_of_chat(self):
        self.assert_one({"src/net/http.h": ["model/message.h"], "src/model/message.h": []}, "nothing of chat")

    def test_services_see_only_auth_and_chat_among_themselves(self):
        self.assertEqual(self.findings({"src/guilds/a.cc": ["chat/a.h"], "src/chat/a.h": ["auth/a.h"], "src/auth/a.h": []}), [])
        self.assert_one({"src/guilds/a.cc": ["media/a.h"], "src/media/a.h": []}, "services see only auth and chat")
        self.assert_one({"src/auth/a.cc": ["chat/a.h"], "src/chat/a.h": []}, "services see only auth and chat")

    def test_services_and_adapters_never_see_each_other(self):
        self.assert_one({"src/chat/a.cc": ["embedded/a.h"], "src/embedded/a.h": []}, "never see each other")
        self.assert_one({"src/memory/a.cc": ["auth/a.h"], "src/auth/a.h": []}, "never see each other")

    def test_app_and_tests_see_everything_and_nobody_sees_them(self):
        self.assertEqual(self.findings({
            "src/app/main.cc": ["embedded/a.h", "chat/a.h"], "src/embedded/a.h": [], "src/chat/a.h": [],
            "tests/contract/a.cc": ["embedded/a.h", "tests/contract/a.h"], "tests/contract/a.h": [],
        }), [])
        self.assertEqual(self.findings({"src/chat/a_test.cc": ["memory/a.h"], "src/memory/a.h": []}), [])
        self.assert_one({"src/chat/a.cc": ["app/a.h"], "src/app/a.h": []}, "nobody includes app")

    def test_a_module_in_no_layer_is_refused(self):
        self.assert_one({"src/util/a.cc": ["base/a.h"], "src/base/a.h": []}, "util is in no layer")

    def test_a_circle_of_files_is_found_and_spelled_out(self):
        self.assert_one({
            "src/base/a.h": ["base/b.h"], "src/base/b.h": ["base/c.h"], "src/base/c.h": ["base/a.h"],
        }, "src/base/a.h:2:", "base/a.h -> base/b.h -> base/c.h -> base/a.h")

    def test_a_file_included_from_beside_is_found_too(self):
        self.assert_one({"src/base/a.h": ["b.h"], "src/base/b.h": ["a.h"]}, "circle")


if __name__ == "__main__":
    unittest.main()
