"""Two tiers of tests: `make test` has a case of each promise, `make test-all` every case.

`make test` leaves out, by the mark `thorough`:
* what needs more than Python: the object store, the browser, real pages;
* all cases but the first of a test that starts a crawl or a server for each of its parameters;
* of a test in `FEW` the cases beyond so many;
* the tests of `LEFT_OUT`: a heavier form of what the tests beside them promise;
* nine of ten generated examples.
`make test-all` tries half of the examples and one round of a test that has several; `make faults` and
`make slow` try all.
`SHORT` names tests whose cases are processes that are killed: the cases beyond so many are `slow`.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest
from hypothesis import settings

STARTS_PROCESSES = frozenset({"scrapy_command", "program", "workers", "lone"})
"""Fixtures of tests that start a crawl, a program of tests/archive/programs, a pool."""
MORE_THAN_PYTHON = frozenset({"keys", "cuts", "browser", "shared_data"})
"""Fixtures of tests against Ceph's gateway, in Chromium, and on real pages beside the checkout."""

SHORT = {
    "test_an_attack_ends_in_a_sentence": 8,
    "test_what_has_changed_is_named_and_a_change_proposed": 3,
    "test_no_page_is_lost_or_blamed": 1,
    "test_one_bad_answer_is_asked_again_and_never_kept": 4,
    "test_what_robots_txt_answers_is_what_may_be_asked": 4,
    "test_whatever_kept_it_away_it_comes_with_the_next_run": 1,
    "test_a_task_that_waits_behind_the_one_that_ends_its_worker_is_neither_lost_nor_blamed": 1,
    "test_a_host_that_refuses_is_left_for_the_next_run_and_the_others_are_not": 1,
    "test_no_damage_of_the_cache_loses_or_doubles_a_row": 2,
    "test_damage_below_the_file_system_ends_in_a_sentence_or_a_rebuild": 2,
    "test_the_pace_that_robots_txt_asks_for": 2,
    "test_kill_9_loses_nothing_acknowledged": 1,
    "test_kill_9_loses_no_acknowledged_page": 1,
    "test_answers_that_stay_bad_are_a_sentence_and_stop_nobody_for_ever": 3,
    "test_an_altered_manifest_that_is_kept_stops_no_machine": 4,
    "test_a_worker_that_ends_is_replaced": 2,
    "test_a_run_killed_while_it_writes_leaves_the_archive_as_it_was": 1,
    "test_a_teaser_is_no_article": 2,
    "test_what_is_no_refusal_is_not_filled_from_the_feed": 2,
    "test_when_the_server_is_killed_from_outside_no_page_is_lost_or_blamed": 2,
    "test_whatever_pages_call_themselves_each_has_its_own_article": 1,
    "test_an_outlet_s_own_crawl_takes_what_a_neighbour_has_copied": 1,
    "test_a_list_of_a_killed_crawl_is_owed_whole_though_it_moves_on": 1,
    "test_writers_at_once_all_succeed": 1,
}

FEW = {
    "test_what_is_killed_first_while_all_stands_still_costs_no_page": 1,
    "test_the_pace_that_robots_txt_asks_for": 1,
    "test_days_that_were_not_crawled_are_unknown_and_no_miss": 2,
    "test_what_the_system_refuses_is_an_error_of_the_archive": 2,
    "test_a_commit_that_the_disk_refuses_is_whole_or_not_there": 3,
    "test_a_full_disk": 1,
    "test_a_body_cut_anywhere_is_cut_short": 2,
    "test_nothing_that_a_row_or_an_argument_says_is_obeyed": 2,
    "test_the_command_takes_no_more_memory_than_it_may": 1,
    "test_no_damage_of_the_cache_loses_or_doubles_a_row": 1,
    "test_an_attack_ends_in_a_sentence": 2,
    "test_a_server_that_hangs_at_its_start_is_replaced_and_at_last_given_up": 1,
    "test_filling_ends_with_the_server": 1,
    "test_what_has_changed_is_named_and_a_change_proposed": 1,
    "test_the_commands_of_a_page_succeed": 1,
    "test_doubled_rows_of_each_table_are_found_and_mended": 2,
    "test_a_view_that_lacks_something_is_found_and_mended": 2,
    "test_nothing_is_written_into_an_archive": 3,
    "test_only_an_address_of_the_web_is_a_link": 4,
    # each way to commit in one order, and one in another: any order is in the generated histories beside them
    "test_a_copy_of_another_outlet_keeps_nobody_out": 5,
    "test_two_addresses_of_one_outlet_with_one_text_are_one_article": 5,
    "test_forms_of_a_page_that_differ_in_a_line_are_one_article_in_any_order": 5,
    "test_a_page_with_another_text_that_calls_itself_an_article_is_one_of_its_own": 5,
    "test_a_contradiction_is_an_observation": 5,
}
"""Cases of a test that are enough for `make test`: those after them go another way through the same code."""

LEFT_OUT = {
    # needs another virtual environment; indexes of others are in test_import_indexes.py
    "test_a_collection_of_pywb_is_read_and_what_we_export_is_replayed",
    # ten rounds, ten racers, ten thousand debts: one of each is beside them
    "test_a_backfill_killed_three_times_loses_nothing",
    "test_two_crawls_killed_again_and_again_end_with_every_article_once",
    "test_lists_that_have_moved_on_lose_nothing",
    "test_two_crawls_of_one_outlet_at_once_archive_each_text_once",
    "test_a_newsroom_killed_in_the_middle_of_a_crawl_loses_nothing",
    "test_readers_racing_a_writer_never_see_half_a_commit",
    "test_readers_on_bare_paths_that_resolve_them_first_never_fail",
    "test_four_machines_commit_at_once",
    "test_killed_at_any_step_it_is_finished_by_the_next_writer",
    "test_two_writers_and_a_collector_at_once",
    "test_an_outlet_of_ten_thousand_debts_gets_its_share_the_newest_first",
    "test_two_crawls_at_once",
    "test_of_a_set_of_seventy_languages_sixty_are_asked_for",
    "test_an_index_of_862_files_with_every_fault_is_read_to_its_end",
    "test_an_edit_behind_a_304_is_seen_at_the_tenth_look",
    "test_every_page_is_archived_or_has_a_reason",
    # workers: a pool that is hurt in one more way
    "test_no_page_is_lost_or_blamed",
    "test_no_page_holds_up_the_crawl",
    "test_the_first_pages_find_the_rules_compiled",
    "test_a_worker_that_nobody_ends_ends_itself",
    "test_nothing_is_handed_to_a_worker_that_has_ended_with_its_server",
    "test_the_page_without_end_is_blamed_and_no_other_where_all_stood_still_for_longer_than_their_time",
    "test_workers_that_could_not_begin_are_begun_again_for_the_next_page",
    "test_a_task_that_nobody_waits_for_any_more_takes_no_other_down",
    "test_nobody_waits_for_ever_where_workers_are_killed_as_they_take_pages",
    # debts: the rule is in tests/archive/state/test_debts.py, one crawl of each kind stays
    "test_a_variant_that_failed_comes_with_the_next_run",
    "test_a_debt_that_is_gone_is_no_debt_any_more",
    "test_the_pause_between_tries_grows",
    "test_after_four_days_it_is_given_up_and_written_down",
    "test_a_list_that_goes_on_naming_it_does_not_shorten_the_pause",
    "test_a_crawl_stopped_by_hand_owes_what_it_had_found",
    "test_a_run_of_debts_that_is_killed_leaves_them_owed",
    "test_what_a_backfill_leaves_over_its_budget_is_no_debt",
    "test_a_debt_at_an_address_that_is_no_article_any_more_is_dropped",
    # texts of feeds: what is a teaser is decided in tests/crawler/discovery/test_feed_entries.py
    "test_the_same_text_of_the_page_takes_the_place_too",
    "test_other_statuses_that_refuse",
    "test_a_content_that_says_no_more_than_the_description_is_a_teaser",
    "test_the_line_that_wordpress_adds_makes_no_teaser_and_is_no_text",
    "test_a_page_that_is_given_up_while_a_feed_lists_it",
    "test_a_cache_made_anew_owes_the_same",
    # refusals and pauses: each further form of the same answer
    "test_a_certificate_that_had_expired_costs_no_article",
    "test_the_moment_may_be_a_date",
    "test_a_wall_that_its_words_alone_tell_is_a_refusal",
    "test_who_asks_to_be_left_alone_for_long_is_left_at_once",
    # crawls of an outlet: a further kind of list
    "test_what_was_edited_after_the_month_of_its_only_list_is_in_that_month",
    "test_indexes_that_name_each_other_are_asked_once_each",
    "test_an_index_without_a_list_of_the_declarations_form_is_told",
    "test_days_that_lead_to_one_page_are_each_told",
    "test_a_guessed_variant_that_leads_to_a_section_is_none",
    "test_amp_print_and_mobile_addresses_are_one_article",
    "test_sitemaps_without_end_are_left_after_their_budget",
    # changes of a site that `live` notes; three that it proposes a change for stay
    "test_a_byline_whose_class_is_gone",
    "test_an_old_list_is_noted",
    "test_a_section_that_is_not_taken_is_noted",
    "test_a_sitemap_of_tags_takes_no_lists_place",
    "test_a_list_at_another_domain_is_told_with_its_address",
    "test_a_site_that_refuses_everything_is_not_known",
    # revisits: conditions a server may ignore or lack
    "test_a_server_that_ignores_conditions_is_read_each_time",
    "test_last_modified_is_sent_where_there_is_no_etag",
    "test_a_translation_is_awaited_for_four_days",
    "test_the_purge_of_the_original_leaves_the_copy",
    # a further kill; those of a crawl, of a writer and of an import of files stay
    "test_a_list_of_a_killed_crawl_is_owed_whole_though_it_moves_on",
    "test_kill_9_loses_no_acknowledged_page",
    "test_an_import_that_is_killed_goes_on_from_its_record",
    "test_a_task_that_waits_behind_the_one_that_ends_its_worker_is_neither_lost_nor_blamed",
    "test_a_page_without_end_is_begun_twice_and_no_third_time",
    "test_two_crawls_at_once_write_two_files",
    "test_a_fold_killed_before_any_of_its_steps_loses_and_doubles_nothing",
    "test_a_purge_takes_what_a_killed_run_has_left",
    "test_runs_that_are_cut_short_come_to_what_one_run_says",
    "test_a_crawl_that_was_killed_before_it_asked_owes_what_it_had_found",
    "test_any_number_of_workers_tells_what_one_tells_with_one_killed",
    "test_the_past_stays_the_same_to_the_last_row",
    "test_many_commits_leave_few_files",
    "test_a_run_killed_while_it_compares_leaves_the_archive_and_its_work_to_the_next",
    "test_a_crawl_killed_over_it_leaves_the_page_owed",
    # run after run comes to what one run does in tests/pipelines/pairing/test_run.py; identity and copies
    # without a crawl are in test_article_identity.py and test_purge.py
    "test_daily_runs_tell_the_stories_that_one_run_tells",
    "test_run_after_run_over_parts_tells_the_stories_that_one_run_tells",
    "test_few_articles_teach_nothing_and_what_is_learned_flips_no_digest",
    "test_whatever_pages_call_themselves_each_has_its_own_article",
    "test_within_an_outlet_a_page_keeps_no_article_out_that_is_still_to_come",
    "test_the_purge_of_a_copy_leaves_the_original",
    # accounts and reports: the sums, and what is listed for a day, stay
    "test_a_run_that_finds_nothing_new_has_an_account_and_makes_no_snapshot",
    "test_what_is_published_on_the_way_has_the_account_of_that_moment",
    "test_a_text_that_comes_back_is_unchanged_in_print_as_it_is_in_the_archive",
    "test_runs_without_a_terminal",
    "test_what_was_lost_stands_before_what_is_missed_and_that_before_what_is_owed",
    "test_no_alarm_for_a_feed_that_is_empty_new_or_lists_an_updated_article",
    "test_a_crawl_ends_with_what_spidermon_found",
    "test_ctrl_c_ends_it_with_what_is_known_and_the_report",
    # raw pages, imports and revisits: further answers of what is read again
    "test_what_would_read_otherwise_is_counted_by_outlet_and_field",
    "test_reextract_says_what_it_cannot_do",
    "test_versions_are_kept_and_other_looks_are_not",
    "test_only_what_was_asked_for",
    "test_what_a_sitemap_says_has_changed_is_looked_at_in_the_next_crawl",
    "test_revisits_are_a_fifth_of_all_requests_at_most",
    "test_a_purge_reaches_the_copies_of_this_machine",
    "test_the_same_traps_are_sprung_where_the_private_network_is_allowed",
    # strangers' archives: the sample of attacks stays; disks and killed pairings: one of each
    "test_no_text_and_no_number_leads_out_of_the_archive",
    "test_no_kind_of_file_leads_out_of_the_archive",
    "test_a_commit_with_any_room_left_on_the_disk_is_whole_or_not_there",
    "test_what_a_killed_run_has_left_may_be_damaged",
    "test_what_has_changed_since_a_run_was_killed_is_compared_again",
    # all outlets: `live` of one is in test_live
    "test_no_list_is_proposed_to_be_left_out_that_is_the_only_one_of_its_kind",
    "test_each_language_of_an_outlet_is_read_within_a_few_requests",
    # whole programs beside what they are made of: leases, limits, the search that runs nothing of its folder
    "test_while_one_runner_crawls_another_does_not_and_when_it_is_killed_the_next_goes_on",
    "test_no_child_of_a_command_imports_from_the_working_folder",
    "test_memory_of_the_process_that_starts_a_crawl_is_not_its_own",
    "test_a_file_that_cannot_be_read_is_one_outlet_less",
    "test_a_crawl_needs_no_checkout",
    "test_three_questions_are_answered_anywhere",
    "test_the_command_asks_first",
    "test_two_workers_crawl_and_revisit_though_one_is_killed",
    "test_a_runner_that_is_told_to_stop_stops_its_crawls_and_they_are_due_again",
    # what a start imports: test_no_command_starts_with_what_another_one_needs
    "test_a_crawl_and_its_processes_do_without_pandas_to_the_end",
    "test_no_command_waits_for_what_only_reading_takes",
    # the working folder: test_no_command_imports_from_the_working_folder
    "test_no_crawl_of_a_fleet_imports_from_the_working_folder",
    "test_nothing_of_the_current_folder_is_run",
    "test_the_processes_of_view_import_nothing_from_the_working_folder",
    # private addresses: test_no_form_of_a_private_address_is_connected_to
    "test_the_same_forms_reach_the_server_when_private_addresses_are_allowed",
    # killed servers of workers: test_when_the_server_is_killed_from_outside_no_page_is_lost_or_blamed
    "test_servers_that_are_killed_faster_than_they_start_lose_no_page",
    "test_what_is_killed_first_while_all_stands_still_costs_no_page",
    # damage below a cache, and the past after gc: the other cases of test_damage.py,
    # test_the_past_is_what_it_was, test_the_state_at_the_begin_of_the_time_that_is_kept_stays_whole
    "test_damage_while_a_writer_is_open_is_found_by_its_next_commit",
    "test_the_past_stays_the_same_after_compaction_and_collection",
    # an answer of the person who reviews: test_a_no_separates_for_good
    "test_a_yes_joins_and_a_later_word_replaces_it",
    # bylines: test_bylines_and_a_language_that_vanish; copies: test_both_in_one_process_and_one_commit
    "test_bylines_that_vanish_are_noticed_within_the_week",
    "test_an_outlet_s_own_crawl_takes_what_a_neighbour_has_copied",
    # `why` after a crawl: test_why_tells_every_look
    "test_why_tells_the_story_of_an_address",
    # the same in the browser or a terminal: SQL is in tests/archive/read/test_sql.py, words and filters in
    # test_search.py, progress in test_a_log_gets_a_line_at_each_interval
    "test_a_question_in_sql_is_answered_as_the_command_answers_it",
    "test_words_and_filters_are_those_of_search",
    "test_a_terminal_sees_stories_languages_pace_and_end",
    "test_what_follows_commit_by_commit_is_what_is_made_at_once",
    "test_a_story_of_five_megabytes_has_pages_that_a_browser_can_show",
    "test_only_view_waits_for_the_templates",
    # strangers' archives: test_opening.py and the cases of test_stranger.py; wheels:
    # test_their_items_are_archived_in_all_forms
    "test_every_file_of_an_archive_is_altered",
    "test_the_add_on_of_a_wheel_takes_one_name",
    "test_writing_and_reading_without_links",
    # a host that is slow or refuses, a signal, a limit: each in one more way
    "test_the_delay_doubles_and_recovers",
    "test_a_host_that_is_always_busy_is_asked_three_times",
    "test_told_to_stop_twice_it_ends_at_once_and_loses_nothing",
    "test_the_first_signal_says_what_it_does",
    "test_a_sibling_that_raises_at_the_end_takes_nothing_with_it",
    "test_what_is_over_the_budget_of_pages_is_told_and_left_for_the_next_run",
    "test_a_crawl_that_its_limit_stops_before_it_has_asked_for_anything_is_no_success",
    "test_a_host_that_could_not_say_is_asked_again_by_the_next_crawl",
    "test_an_address_given_that_does_not_come_keeps_exit_code_1",
    "test_an_answer_that_does_not_come_is_waited_for_twice",
    "test_a_variant_that_was_cut_short_is_asked_for_by_the_next_run",
    "test_many_hosts_on_one_loopback_server",
    "test_lookups_that_do_not_end_hold_up_no_other_and_not_the_end",
    # days held against each other: the rest of test_expectation_check.py and
    # test_an_outlet_that_dies_is_noticed stay
    "test_outlets_as_json",
    "test_such_a_file_is_one_outlet_less_with_the_sentence",
    "test_pages_that_are_no_articles_are_a_finding_whatever_is_declared",
    "test_one_poor_day_is_no_finding_and_two_are",
    "test_crawls_of_another_outlet_make_no_day_known",
    "test_a_share_of_few_articles_is_unknown",
    "test_a_young_archive_is_compared_with_nothing",
    "test_pages_without_dates_count_on_the_day_they_were_first_seen",
    "test_an_outlet_that_goes_well_and_what_is_of_the_archive",
    # pairing over parts and after a kill: test_many_parts_are_one_snapshot_and_say_what_one_part_says
    "test_a_part_is_a_function_of_the_snapshot_however_the_weeks_are_divided",
    "test_a_crawl_that_is_killed_leaves_no_pairing_behind_and_the_next_one_does_it",
    "test_a_crawl_afterwards_keeps_scores_and_stories",
    "test_everything_again_decides_the_same",
    "test_two_crawls_take_turns_and_who_waits_in_vain_leaves_it_to_the_next",
    # debts and revisits: one crawl of each kind stays
    "test_a_debt_that_robots_txt_comes_to_forbid_is_not_asked_for",
    "test_a_revisit_pays_debts_too",
    "test_the_table_of_outlets_has_a_column_of_debts",
    "test_a_list_whose_every_entry_has_changed_is_not_believed",
    "test_a_date_that_cannot_be_is_not_believed",
    "test_what_was_seen_a_moment_ago_is_not_asked_for",
    # lists and feeds: a further form
    "test_a_long_list_over_the_budget_is_one_row_no_debt_and_is_gone_on_with",
    "test_a_sitemap_with_lastmod_only_is_one_of_articles_without_dates",
    "test_an_index_whose_lists_have_another_form_or_lead_back_is_told",
    "test_an_address_may_have_commas_and_a_file_of_them_the_mark_of_windows",
    "test_commands_that_read_the_archive_know_of_them",
    "test_a_news_sitemap_has_no_text",
    "test_robots_that_forbid_the_pages_forbid_no_feed",
    "test_a_host_that_is_given_up_as_it_forbids",
    "test_variants_whose_pages_are_refused_are_paired",
    "test_of_a_list_that_ends_too_soon_what_came_is_followed_and_the_rest_is_told",
    "test_a_feeds_date_is_that_of_a_page_which_has_none",
    "test_a_session_in_every_link_is_no_loop",
    "test_a_list_that_is_a_bomb_leaves_the_other_lists_alone",
    "test_an_outlet_that_says_nothing_has_nothing_beside_its_articles",
    # `live`: what it notes beside the rules that hold and the three changes above
    "test_lists_that_list_nothing",
    "test_a_name_that_is_gone_is_asked_for_once",
    "test_robots_txt_that_forbids_all_is_obeyed_and_told",
    "test_the_bound_on_requests_is_kept_and_told",
    "test_a_feed_and_an_edition_that_are_not_declared_are_noted",
    "test_hreflang_that_is_not_answered_is_noted",
    "test_a_certificate_of_another_name_is_not_known_beside_an_outlet_that_holds",
    "test_of_an_index_the_list_of_the_latest_days_is_asked_for",
    # workers, accounts, raw pages, purges, starts: a further case
    "test_it_takes_several_looks_to_reach_a_limit_and_all_that_lies_between_two_counts_once",
    "test_what_a_caller_preloads_is_found_where_the_crawl_finds_it_and_imported_once",
    "test_a_script_that_guards_nothing_is_not_begun_again_by_its_workers",
    "test_a_scheduler_of_another_version_is_refused",
    "test_an_outlet_of_which_nothing_answers_leaves_its_account",
    "test_an_address_that_nobody_settles_is_a_problem_and_exit_code_1",
    "test_keep_raw_none_keeps_none_and_anything_else_is_refused",
    "test_places_that_repeat_in_the_stored_pages",
    "test_what_was_never_fetched_is_not_purged_for_it",
    "test_a_crawl_is_ready_without_what_reads_pages",
    "test_who_asks_pyarrow_for_pandas_has_it_all_the_same",
    "test_record_of_what_is_not_there_saves_nothing",
    "test_a_server_that_asks_to_wait_is_waited_for",
    "test_scrapys_shell_and_fetch_work_and_archive_nothing",
    "test_a_feed_that_is_gone_is_a_rule_that_does_not_hold",
    "test_silence_says_nothing_of_the_rules",
    "test_a_length_that_is_none_is_no_redirect_and_is_owed",
    "test_an_address_of_megabytes_costs_no_memory",
    "test_a_body_in_another_coding_than_its_header_names_is_the_hosts_fault",
    # a crawl for a rule that has tests of its own: languages in pipelines/test_language.py, days and lists in
    # crawler/discovery/test_archive_lists.py, newer archives in archive/test_opening.py, budgets in
    # archive/state/test_debts.py, variants in crawler/requests/test_articles.py, texts of feeds in
    # crawler/discovery/test_feed_entries.py
    "test_the_text_decides_where_the_path_and_the_tag_lie",
    "test_a_body_in_a_fourth_language_is_kept_and_labelled",
    "test_a_day_begins_at_midnight_in_kyiv_whatever_zone_a_list_prints",
    "test_a_backfill_asks_an_index_for_the_lists_of_its_days",
    "test_an_archive_of_a_newer_version_is_refused_and_left_alone",
    "test_what_is_over_the_budget_of_pages_is_owed_and_no_reason_for_exit_code_3",
    "test_a_page_that_names_hundreds_of_variants_gets_a_few_of_them",
    "test_of_a_thousand_alternates_an_article_keeps_some",
    "test_hostile_content_costs_its_own_text_alone",
    # the same seen in another crawl: test_an_edit_makes_a_version_and_a_second_look_does_not,
    # test_a_second_crawl_asks_only_for_what_is_new, test_runs_without_a_terminal,
    # test_each_rule_that_no_longer_holds_is_named_with_what_came, test_hosts_that_do_not_answer_give_way_…,
    # test_a_late_translation_is_found_where_the_rule_says,
    # test_the_text_of_a_feed_stands_for_a_page_that_is_refused
    "test_an_edit_is_a_new_version",
    "test_what_is_known_is_not_fetched_twice",
    "test_what_is_new_comes_in_all_languages",
    "test_a_crawl_with_nothing_new_is_a_success",
    "test_a_source_without_articles_says_that_the_rule_is_wrong",
    "test_an_outlet_none_of_whose_sources_answers_is_an_error",
    "test_a_page_that_comes_to_name_a_translation_leads_to_it",
    "test_a_variant_of_a_later_run_joins_its_story",
    "test_a_switcher_pairs_and_a_home_page_never_does",
    "test_a_broken_line_is_named_and_the_good_ones_run",
    "test_a_page_that_answers_is_never_taken_from_the_feed",
    "test_a_host_that_makes_the_crawl_wait_does_not_hold_the_places_of_another",
    # imports: versions of the past are in archive/test_writer.py, kills in test_import.py, other captures in
    # test_lies_about_captures_cost_those_captures
    "test_captures_of_one_page_are_versions_in_their_order",
    "test_pages_of_the_past_that_are_no_articles_are_no_alarm",
    "test_an_import_of_captures_that_is_killed_goes_on",
    "test_nothing_is_newer_than_the_page_itself",
    "test_robots_txt_of_the_archive_is_obeyed_where_it_replays",
    "test_replays_that_lead_elsewhere_are_no_captures",
    # strangers: test_an_outlet_cannot_send_the_crawl_inside is one crawl of all of them, public_hosts.py and
    # the proxy have tests without a crawl, bombs are in test_bombs.py, patterns in the rest of their file
    "test_other_schemes_are_not_fetched_by_any_way",
    "test_a_link_to_another_host_is_refused_and_counted",
    "test_an_address_of_the_private_network_is_no_start",
    "test_a_gzip_bomb_costs_no_more_than_the_limit",
    "test_a_crawl_goes_on_with_addresses_that_were_made_for_its_rule",
    "test_a_robots_txt_that_is_quadratic_costs_nothing",
    # the past: test_the_past_is_what_it_was; damage: the other file of the cache; a catalogue of an extra
    "test_the_past_tells_what_it_told",
    "test_damage_below_the_file_system_ends_in_a_sentence_or_a_rebuild",
    "test_iceberg_registers_the_files_as_they_are",
    "test_reading_where_there_are_no_locks_either",
    # a pairing killed as it publishes: test_a_commit_killed_before_any_of_its_steps_is_whole_or_not_there;
    # what pages of the docs show: test_copy.py, test_what_the_views_tell
    "test_a_run_killed_while_it_writes_leaves_the_archive_as_it_was",
    "test_a_backup_is_restored_when_the_disk_is_gone",
    "test_the_views_are_as_documented",
}
"""Tests of `make test-all` alone."""


def mark(items: list[pytest.Item]) -> None:
    """Mark what `make test` leaves out; `TRIPTYCH_FAULTS` asks for every case."""
    if os.environ.get("TRIPTYCH_FAULTS"):
        return
    cases: Counter[tuple[str, str]] = Counter()
    for item in items:
        name = getattr(item, "originalname", item.name)
        test = (str(item.path), name)
        cases[test] += 1
        if cases[test] > SHORT.get(name, cases[test]):
            item.add_marker(pytest.mark.slow)
        fixtures = set(getattr(item, "fixturenames", ()))
        repeated = cases[test] > 1 and fixtures & STARTS_PROCESSES
        further = cases[test] > FEW.get(name, cases[test])
        if name in LEFT_OUT or repeated or further or fixtures & MORE_THAN_PYTHON:
            item.add_marker(pytest.mark.thorough)


def profile(marks: str) -> str:
    """Return the profile of a tier: 10 generated examples in `make test`, 50 in `make test-all`, else 100."""
    if os.environ.get("TRIPTYCH_FAULTS"):
        return "at leisure"
    if "not thorough" in marks:
        return "sample"
    return "half" if "not slow" in marks else "at leisure"


def examples(count: int) -> int:
    """Return how many of so many generated examples this tier tries; of the usual 100 the profile says it."""
    assert settings.default is not None
    return max(5, count * settings.default.max_examples // 100)


def rounds(count: int) -> int:
    """Return one round of so many in `make test` and `make test-all`, and all elsewhere."""
    assert settings.default is not None
    return count if settings.default.max_examples >= 100 else 1
