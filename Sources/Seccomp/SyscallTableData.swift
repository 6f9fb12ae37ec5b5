// Written by Scripts/generate-syscall-table.py; change that instead.

// Numbers are digits of base 64, the low one first, from "0" on. Being literals, they lie in read-only memory and
// cost nothing until a page of them is read.

enum SyscallTableData {
    /// How many names there are.
    static var count: Int { 508 }

    /// All names in their order, without a separator.
    static var names: StaticString {
        #"""
        _llseek_newselect_sysctlacceptaccept4accessacctadd_keyadjtimexafs_syscallalarmarch_prctlarm_fadvise64_64arm_sy\#
        nc_file_rangeatomic_barrieratomic_cmpxchg_32bdflushbindbpfbreakbreakpointbrkcachectlcacheflushcachestatcapgetc\#
        apsetchdirchmodchownchown32chrootclock_adjtimeclock_adjtime64clock_getresclock_getres_time64clock_gettimeclock\#
        _gettime64clock_nanosleepclock_nanosleep_time64clock_settimeclock_settime64cloneclone3closeclose_rangeconnectc\#
        opy_file_rangecreatcreate_moduledelete_moduledupdup2dup3epoll_createepoll_create1epoll_ctlepoll_ctl_oldepoll_p\#
        waitepoll_pwait2epoll_waitepoll_wait_oldeventfdeventfd2execveexecveatexitexit_groupfaccessatfaccessat2fadvise6\#
        4fadvise64_64fallocatefanotify_initfanotify_markfchdirfchmodfchmodatfchmodat2fchownfchown32fchownatfcntlfcntl6\#
        4fdatasyncfgetxattrfile_getattrfile_setattrfinit_moduleflistxattrflockforkfremovexattrfsconfigfsetxattrfsmount\#
        fsopenfspickfstatfstat64fstatat64fstatfsfstatfs64fsyncftimeftruncateftruncate64futexfutex_requeuefutex_time64f\#
        utex_waitfutex_waitvfutex_wakefutimesatget_kernel_symsget_mempolicyget_robust_listget_thread_areaget_tlsgetcpu\#
        getcwdgetdentsgetdents64getegidgetegid32geteuidgeteuid32getgidgetgid32getgroupsgetgroups32getitimergetpagesize\#
        getpeernamegetpgidgetpgrpgetpidgetpmsggetppidgetprioritygetrandomgetresgidgetresgid32getresuidgetresuid32getrl\#
        imitgetrusagegetsidgetsocknamegetsockoptgettidgettimeofdaygetuidgetuid32getxattrgetxattratgttyidleinit_modulei\#
        notify_add_watchinotify_initinotify_init1inotify_rm_watchio_cancelio_destroyio_geteventsio_pgeteventsio_pgetev\#
        ents_time64io_setupio_submitio_uring_enterio_uring_registerio_uring_setupioctliopermioplioprio_getioprio_setip\#
        ckcmpkexec_file_loadkexec_loadkeyctlkilllandlock_add_rulelandlock_create_rulesetlandlock_restrict_selflchownlc\#
        hown32lgetxattrlinklinkatlistenlistmountlistnslistxattrlistxattratllistxattrlocklookup_dcookielremovexattrlsee\#
        klsetxattrlsm_get_self_attrlsm_list_moduleslsm_set_self_attrlstatlstat64madvisemap_shadow_stackmbindmembarrier\#
        memfd_creatememfd_secretmigrate_pagesmincoremkdirmkdiratmknodmknodatmlockmlock2mlockallmmapmmap2modify_ldtmoun\#
        tmount_setattrmove_mountmove_pagesmprotectmpxmq_getsetattrmq_notifymq_openmq_timedreceivemq_timedreceive_time6\#
        4mq_timedsendmq_timedsend_time64mq_unlinkmremapmsealmsgctlmsggetmsgrcvmsgsndmsyncmultiplexermunlockmunlockallm\#
        unmapname_to_handle_atnanosleepnewfstatatnfsservctlniceoldfstatoldlstatoldoldunameoldstatoldunameopenopen_by_h\#
        andle_atopen_treeopen_tree_attropenatopenat2pausepciconfig_iobasepciconfig_readpciconfig_writeperf_event_openp\#
        ersonalitypidfd_getfdpidfd_openpidfd_send_signalpipepipe2pivot_rootpkey_allocpkey_freepkey_mprotectpollppollpp\#
        oll_time64prctlpread64preadvpreadv2prlimit64process_madviseprocess_mreleaseprocess_vm_readvprocess_vm_writevpr\#
        ofprofilpselect6pselect6_time64ptraceputpmsgpwrite64pwritevpwritev2query_modulequotactlquotactl_fdreadreadahea\#
        dreaddirreadlinkreadlinkatreadvrebootrecvrecvfromrecvmmsgrecvmmsg_time64recvmsgremap_file_pagesremovexattrremo\#
        vexattratrenamerenameatrenameat2request_keyrestart_syscallriscv_flush_icacheriscv_hwprobermdirrseqrseq_slice_y\#
        ieldrt_sigactionrt_sigpendingrt_sigprocmaskrt_sigqueueinfort_sigreturnrt_sigsuspendrt_sigtimedwaitrt_sigtimedw\#
        ait_time64rt_tgsigqueueinfortass390_guarded_storages390_pci_mmio_reads390_pci_mmio_writes390_runtime_instrs390\#
        _sthyisched_get_priority_maxsched_get_priority_minsched_getaffinitysched_getattrsched_getparamsched_getschedul\#
        ersched_rr_get_intervalsched_rr_get_interval_time64sched_setaffinitysched_setattrsched_setparamsched_setschedu\#
        lersched_yieldseccompsecurityselectsemctlsemgetsemopsemtimedopsemtimedop_time64sendsendfilesendfile64sendmmsgs\#
        endmsgsendtoset_mempolicyset_mempolicy_home_nodeset_robust_listset_thread_areaset_tid_addressset_tlssetdomainn\#
        amesetfsgidsetfsgid32setfsuidsetfsuid32setgidsetgid32setgroupssetgroups32sethostnamesetitimersetnssetpgidsetpr\#
        ioritysetregidsetregid32setresgidsetresgid32setresuidsetresuid32setreuidsetreuid32setrlimitsetsidsetsockoptset\#
        timeofdaysetuidsetuid32setxattrsetxattratsgetmaskshmatshmctlshmdtshmgetshutdownsigactionsigaltstacksignalsigna\#
        lfdsignalfd4sigpendingsigprocmasksigreturnsigsuspendsocketsocketcallsocketpairsplicespu_createspu_runssetmasks\#
        tatstat64statfsstatfs64statmountstatxstimesttysubpage_protswapcontextswapoffswaponswitch_endiansymlinksymlinka\#
        tsyncsync_file_rangesync_file_range2syncfssys_debug_setcontextsyscallsysfssysinfosyslogsysmipsteetgkilltimetim\#
        er_createtimer_deletetimer_getoverruntimer_gettimetimer_gettime64timer_settimetimer_settime64timerfdtimerfd_cr\#
        eatetimerfd_gettimetimerfd_gettime64timerfd_settimetimerfd_settime64timestkilltruncatetruncate64tuxcallugetrli\#
        mitulimitumaskumountumount2unameunlinkunlinkatunshareuprobeuretprobeuselibuserfaultfdusr26usr32ustatutimeutime\#
        nsatutimensat_time64utimesvforkvhangupvm86vm86oldvmsplicevserverwait4waitidwaitpidwritewritev
        """#
    }

    /// Where each name starts and the last one ends, three digits each.
    static var offsets: StaticString {
        #"""
        000700A00H00N00U00[00_00f00n00910>10H10X10k10920J20Q20U20X20]20g20j20230<30E30K30Q30V30[30`30g30m30:40I40U40h4\#
        0550D50S50i50660E60J60P60U60`60g60670;70H70U70X70\70`70l70980B80O80Z80f80090>90E90M90S90[90_90i902:0<:0E:0Q:0Z\#
        :0g:04;0:;0@;0H;0Q;0W;0_;0g;0l;03<0<<0E<0Q<0]<0i<03=08=0<=0H=0P=0Y=0`=0f=0l=01>08>0A>0H>0Q>0V>0[>0d>0o>04?0A?0\#
        M?0W?0b?0l?05@0D@0Q@0`@0o@06A0<A0BA0JA0TA0[A0dA0kA04B0:B0BB0KB0VB0_B0jB05C0<C0CC0IC0PC0WC0bC0kC04D0?D0HD0SD0\D\#
        0eD0kD06E0@E0FE0RE0XE0`E0hE02F06F0:F0EF0VF0bF0oF0?G0HG0RG0^G0kG0?H0GH0PH0^H0oH0=I0BI0HI0LI0VI0`I0cI0gI06J0@J0F\#
        J0JJ0[J02K0HK0NK0VK0_K0cK0iK0oK08L0>L0GL0RL0\L0`L0nL0:M0?M0HM0YM0iM0:N0?N0FN0MN0]N0bN0lN08O0DO0QO0XO0]O0dO0iO0\#
        0P05P0;P0CP0GP0LP0VP0[P0hP02Q0<Q0DQ0GQ0TQ0]Q0dQ03R0IR0UR0hR01S07S0<S0BS0HS0NS0TS0YS0dS0kS05T0;T0LT0UT0_T0iT0mT\#
        05U0=U0HU0OU0WU0[U0lU05V0CV0IV0PV0UV0eV03W0BW0QW0\W0gW01X0BX0FX0KX0UX0_X0hX05Y09Y0>Y0JY0OY0VY0\Y0cY0lY0;Z0KZ0[\#
        Z0lZ00[06[0>[0M[0S[0Z[0b[0i[01\0=\0E\0P\0T\0]\0d\0l\06]0;]0A]0E]0M]0U]0d]0k]0;^0F^0S^0Y^0a^0j^05_0D_0V_0c_0h_0\#
        l_0<`0H`0U`0c`02a0>a0Ka0Za00b0Ab0Eb0Yb0kb0>c0Pc0Zc00d0Fd0Wd0dd02e0De0Ye05f0Ff0Sf0af03g0>g0Eg0Mg0Sg0Yg0_g0dg0ng\#
        0?h0Ch0Kh0Uh0]h0dh0jh07i0Ni0]i0li0;j0Bj0Oj0Wj0aj0ij03k09k0Ak0Jk0Uk0`k0ik0nk05l0@l0Hl0Rl0[l0fl0ol0:m0Bm0Lm0Um0[\#
        m0em01n07n0?n0Gn0Qn0Yn0^n0dn0in0on07o0@o0Ko0Qo0Yo0bo0lo0701@01J01P01Z01d01j01411;11C11G11M11S11[11d11i11n11221\#
        >21I21P21V21c21j21331731F31V31\31041741<41C41I41P41S41Y41]41i41551E51R51a51n51=61D61R61a61271A71R71W71\71d71n7\#
        1581?81E81J81P81W81\81b81j81191791@91F91Q91V91[91`91e91n91>:1D:1I:1P:1T:1[:1c:1j:1o:15;1<;1A;1G;1
        """#
    }

    /// The hash table: one more than the index of the name, or 0 where a search ends; two digits each.
    static var slots: StaticString {
        #"""
        0000j300000000000000]700H0C1000000U700R50000000000d4:3000000I60040\2248400?1G6o60011E7P6I5F3^4`10000X7005700T4\#
        o2A4X1e33446000000000000V060k3@0Z504j5?000000000000000Z30000M500h1_5005200000000E1O100000000_2N6;0S7000000C300\#
        _4E3000000000000;300a2000000;600000000000000[10000M0G100=5Z6000093[3a5n566k1V60000000086m0i1000000]00000000000\#
        b50000>6a7[2H40000[0j1m40000000000:782l2P3000000000000L0000000010000Y4?5G5<6W7P0;5R200000000000000Q400k6n2K3D6\#
        C70000000000\0W1>20000_700G3k5001394B17200P1000000g20000\5L1T0C2f49500R300W0Y3S000000080K700000000;2C4\4V4?6@3\#
        I400T1H374000000c70000U3i500000000700000b0T20000D50000J4V2N0_1C5\6L700W500000000l6a100X500000000R0J100T3=1J500\#
        000000f1000012d20000000000B300000000l3000000F133K5610081@5S1E6F6>7T7b700D1o300000055h4;7I7000000J2P254000000I1\#
        d300]2?3F400000000U5Q100000000000000C0h063U6P5000000000000=400I0i7m5W31076A60000L5m60000g4]300H1S300W2D2^3g300\#
        00000000000000K485n3<4o5m3J300L6j6^0U2<3e4`50000000000h6e60000Y1M1Q3[6g10000A5Z1;4O5m2Y2Z0L3[5h577<00000000000\#
        e100003292f3J0b144R40000E5000000F0530000l700000025X200;1V5000000000000e50000270051V1i600>3g0i400K2h7^1G002M4k4\#
        00f2e0A1<100f000k0>1R700B200o4000000Q200E0d5L2`70000I2i2Y60000000000000000]5M600c300000000>5H5000000]4000000:0\#
        l400b30000000000000000A700000000n4E20000X01400K6N1X4@4:5Y000@1`200G4^2b20341d60000o100_3000000W6000000000045T6\#
        00000000U1?7B42600000000=2=79687c2B7000000g500_0000000e2I3>4[4X637<7P7S5009100N30000b4O000S200`3Z4000000@7b600\#
        O4e700T500<500^70000220000O2L4m10000l500K1970000\300S6l0000000:2=6_6200000f500000000R600A2k7D4N4000000i0N7@600\#
        05Q70000o0000000]600N200c0B5M7160000h2H2000000000000a4B0000000000000Y5D0000000O3g600j20000n62300170000n1003171\#
        h300c4c5d7f767^6000083V3U0X300=3420000A0d064Q575`600000000000000000000000000l100:6Y700000000001500O7]1f60700@2\#
        c1:1c600U4\1F2F50021M2k2V7350000C600B6000000d100H60000^500000000n0N500Z70056H7000000000000Z2000000Q600:4<20000\#
        00004330G2J7\7000000j700a0j4Q0?200j050656273M3a3?4W4P4`4000000A3D39047g7000000060000>000000000000000000000G700\#
        0000E4O6a6[7000000i30000`0J6=0K0S436000000D7R1F700000000000000000000
        """#
    }

    /// The code of each name for socketcall(2), or 64 more than that for ipc(2), or 0; two digits each.
    static var codes: StaticString {
        #"""
        00000050B00000000000000000000000002000000000000000000000000000000000000000000000000000000000300000000000000000\#
        00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\#
        000000000000000000000000000000000000000000000070000000000000000000000000000060?0000000000000000000000000000000\#
        00000000000000000000000000000000000000000000000000000040000000000000000000000000000000000000000000000000000000\#
        00000000000000000000000000000000000000000000>1=1<1;10000000000000000000000000000000000000000000000000000000000\#
        0000000000000000000000000000000000000000000000000000000000000000000000000000:0<0C000A0000000000000000000000000\#
        00000000000000000000000000000000000000000000000000000000000000003121114100900000D0@0;0000000000000000000000000\#
        000000000000000000000000000000000000>0000000000000E1H1F1G1=000000000000000000010008000000000000000000000000000\#
        00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\#
        00000000000000000000000000
        """#
    }

    // The numbers on each architecture, two digits for each name.

    static var x86: StaticString {
        #"""
        <2>2E2oo\5Q0c0N4l192K006oooooooo62Y5U5A0oo]0oooo37h2i2<0?0f2D3m0G5E6:4F694C6;4G684D6h1c660d6Z5i580o112Y0o0:5n3\#
        95o3ooo4i604oo3585;0V510l3c4g6j3@445B5C552N1b447O1?3Z4g0M3D2W3D7E7N5Z3?220]3_6T3`6^6a6\153\4T1=4f1S0M123`387V6\#
        771767[422C4h4d3oon4g2=2L3b0:3a093_083@1=3Y1oo`54211D0l201P1S5[2C3U2A3<1=1C2_5]5P3>1H073U3@7P0`102T4S4<5U4i3f3\#
        g316P6e3h3Z6[6Y6f0U1^1R4Q4e1M5ooK4P4U0m6l6n6@063V390_4[5:7F7X3A7Y3e0m3\3C0S3;7=7<7[143K357B4g5T5o6V4J3W0X4>0Y4\#
        F2h5H2J103k1E0j6]6m4m1h0J4I4E4H4S6G4R6F4S2>7B6?6A6@6@2ooG2I2K1E5R2ooY2R0L0D1k0B0]150F5\6C7W4e6M0oooooo@582f6b6\#
        X6Z0;5I3m5n5l5X2e4N6\2d2=5j5D5h607K5L5\0R1d4M6J0m2e2>5k5W232k630Q3I1E1a4A2H1ooc5A5Q6d514[3B7V0^4Q5O400ooooX026\#
        G7^2`2_2b2]2c2a2U6?5ooooooooooooO2P2b3P5K2M2Q2W6a3O5J2L2N2R5ooB1:696ooooT6ook2_3I5b5a5D427g4c324ooi1;2H3:2G3^0\#
        F3A1>3:1X1J5i0Q171<3Z2B3T2@361;3;121^5?1G0E3R3?741=6<6>6;6e531j2`0157591n1g181W5V1X5i4oooo51Z133S1<497o5I0O0oo\#
        ooc1G1ooC1`4T0j4ooH5oooo72d1W1ook4>4=034746454H644I6oo2565J655K6[0^3L113ooo2j0l0F0d0j1:0]4f4ooooF1f5oooon0N005\#
        L6?4n2_1V2a1l4A4b1L47040B2
        """#
    }

    static var x86_64: StaticString {
        #"""
        ooooL2[0P4E0S2h3O2g2U0N2ooooooooooa015oooo<0oooo37m1n1@1J1L1ooQ2a4ooU3ooT3ooV3ooS3ooh0c630d6Z065E1^2`2P0Q0T4E3\#
        S4Y3F3I4i6X3G3L4R4k025l0W3=4g6M3ooM4\4]4A1K1<447M1oo4481oo;113D7E7i44391i073_6n2`6^6a650oooo:2oo:1oo=1oo:387oo\#
        77176754a2_3B4C3ooe4?1>1I3\1oo[1ooX1ooc1ooT0ood0i1_1W0e2^1<2n4h1oof1ooQ1R1l1c0g0j2P1V1ooo2@7oooo_2n3m3V4o3B3?3\#
        @3=5oo>3A3Z6[6Y6@0]2\2l3k3ooh405f3j3n0m6l6n6N1oo03F194b0:7F723A733ooD36380m2;7=7<760ooL057]345o4o604K0C1245234\#
        E255G290ooJ2U2j6]6G4:0ooe3d3`3c3oob3ooa3I0>771416151J0ooF2H2;0_4S064d2oooooooooooo20`4\6C714e6R0ooooooZ472f6b6\#
        X6F0U4K2:5;59570?4ooM2A0W475^4h607f4g4oooo>4ooU1f2B0X485b2c2k600k2ooI1;4C0Y2oo]0[4oo_0H353B7B184l4i3K3ooooD1>5\#
        G7=0o1>012?02202ooY4ooooooooooooB2C2<3k4?2A2D2oo;3j4>2@2H0m4i2G0210111L3ooooX0ooc4^0\0^327A4=3J3oo[2k1ooj1ooZ1\#
        ood1ooZ2V0d4]1=2b1oog1ooe1ooa1ooP2`1f0T2Y1ool2?7ooN0O031M0`0oo32ooJ4Q4ooooooooY0ooe0C4oooooo40oo92oo97<5oooooo\#
        ooX2W2ooH1:4R2E4oob4oooo;2S1W1ooD4Z393N3R3Q3P3ooO3ooooK4O4ooN4ooT183<1ooh2ooooO1ooV2o0G174@4@5?56235oooo8242H4\#
        oo[3j0I2ooooF4\3m0g3oo10D0
        """#
    }

    static var x32: StaticString {
        #"""
        oooooo[0P4E0S2h3O2g2U0N2ooooooooooa015oooo<0oooo37m1n1@1J1L1ooQ2a4ooU3ooT3ooV3ooS3ooh0c630d6Z065E1oo`2P0Q0T4E3\#
        S4Y3ooI4i6X3ooL4R488Q8l0W3=4g6M3ooM4\4]4A1K1<447M1oo4481oo;113D7E7i44391i073_6n2`6^6a650oooo:2oo:1oo=1oo:387oo\#
        77176754oo_3C8ooooe4?1>1I3\1oo[1ooX1ooc1ooT0ood0i1_1W0e2^1<2n4h1oof1ooQ1R1l1c0N8j2P1V1ooo2@7oooo_2n3m3V4o3B3?3\#
        @3=5ooO8P8Z6[6Y628]2\2l3k3ooh405@8j3n0m6l6n6N1oo03F194b0:7F723A733ooD36380m2;7=7<760ooL057]345o4o604K0C1245234\#
        E255G290ooJ2U2j6]6E8:0ooe3?8`3c3oob3ooa3I0>771416151J0ooF2H2;0_4S064oooooooooooooo20`4\6C714e6R0ooooooZ472f6b6\#
        X6F0U4K2:5;59570?4ooM2A0F8R8^4h607K8L8oooo>4oo98f2B0G8S8ooc2k600k2ooI1;438Y2oo58I8oo78H353B7B184l4i3K3ooooD1>5\#
        G708:8>0<81822;8ooH8ooooooooooooB2C2<3k4?2A2D2oo;3j4>2@2H0m4i2G0210111L3ooooX0ooJ868\0^327B8ooJ3oo[2k1ooj1ooZ1\#
        ood1ooZ2V0d4]1=2b1oog1ooe1ooa1ooP2`1M8T2Y1ool2?7ooN0O031M0`0oo=8ooJ4Q4ooooooooY0ooe0C4oooooo40oo92oo97<5oooooo\#
        ooX2W2ooH1:4R2E4oob4oooo;2S1W1ooD4Z393>8R3Q3P3ooO3ooooK4O4ooN4ooT183<1ooh2ooooO1ooV2o0G174@4oo?5oo35oooo8242H4\#
        oo[3j0I2ooooD8oom0A8oo1048
        """#
    }

    static var arm: StaticString {
        #"""
        <2>2E2M4^5Q0c0e4l1oooooo>4E5oooo62J426oo1@]0oo2@37h2i2<0?0f2D3m0d5E684F674C694G664D6h1c660d6K47680oo12Y0o0V5j3\#
        U5k3ooJ5i6l3ooO5T5;03610h3>5g6ooooP5_5`552N1=547O1?355g0M3D2W3D7E7k5Z3?220]3_6T3`6^6a6\15375T1;4f1ooM123`387V6\#
        77176765oo05C5oo6@I5g2=2I3b0:3a093_083@1=3Y1ooO44211D0oo01P106[2C3U2A3oo=1C2N4W4P3>1H073U3@7oooo02m4l4X5n4g3d3\#
        e3?6P6c3f3Z6[6Y6f0ooook4j4ooj5A6K5g4U0m6l6n6@063V390:5L4:7F7X3A7Y3ooi3\3C0S3;7=7<7[143L357o45616oo@6K3W035>045\#
        F266H2oo03ooE0j6]6H5m1ooG4F4B4E4S6D4R6C4S2>7`4_4^4]4@2ooG2I2K1b5R2ooY2R0oooooooooo50c5\6C725e6M0?4@4A4\582f6b6\#
        X6Z0W5J3;6<6:6X2@5N6\2d2Y586a5h607h5i5oooo?5M6J0ooe2Z596oo32k630Q3ooE1<5A2H1S4T4]5Q6Y4m3[3B7V095n5f400ooooX0>6\#
        G7^2`2_2b2]2c2a2U6[5ooooooooooooO2P2b3m5K2M2Q2W6a3l5J2L2N2o5oooo\4[4Z4h4T6Q4k2_3f5X4R41527B5oo045@i1;2H3:2G3^0\#
        F3A1>3:1X1g5i0Q171<3Z2B3T2@361;3;121V4?1G0E3R3?7ooa4d4b4c4U431j2ooM5S591n1g181I4ooP4D5ooooooZ133S1:497=6oooooo\#
        ooc1G1ooC1;5T0ooooe5oooo72d1W1ooF5<4oo14544434H624I6ooN5R5J6Q5K6[0^3L113ooo2ool0ood0j1:085A5ooooF1463@4@n0ooL5\#
        L6=4n2_1ooooG5i4b1H4oo40B2
        """#
    }

    static var aarch64: StaticString {
        #"""
        oooooo:3b3ooI1I3[2oooooooooooooooo83H4ooooF3oooo37J1K1a0ooooooc0:4oob1ooa1ooc1oo`1ooL3c6i0d6;3M4ooooZ1G0ooH0oo\#
        D0E0ooF0i6ooooooC0M3I4M1N1`0g6O3oo_06474b0d0e047g0oof0I0ooC1:0D7E7A4=0P0oo@0_670`6^6a6@1oooo\0ooB1oo^0ooR187oo\#
        771767oooo\3T1ooooX2A0oom0a2oo_2oo`2ooN2ooV1oo=3K2oo\2oo]2=2F4F2ooD2ooS2U2L2<3A3b2Y2^2oo80@7ooooY1K0ooJ0L03010\#
        40T4oo0020Z6[6Y6M0ooooO0N0oo@4V4X1K312m6l6n6oooo90ooU093:7F7;0A7<0ooB0?0n060;7=7<7ooooY357[3K4G4o6^3X3ooR0ooQ0\#
        T3L4V3N3ooooX0j6]6_3R3ooi2h2d2g2oof2ooe2H3>7k2j2l2m2S3ooU3W3G384U1?1Z0oooooooooooooo94\6C7h0e6ooooooooa3L1f6b6\#
        X6ook0Y0Q4R4P4oo91ooW23151N454h607>4?4oooo81ooe1oo4161O4ool0k6o0E3oooo>111>2oo?3c3ooD3Z3>0B7ooV0D4J302ooooooU4\#
        G7628272:2;25292oo`3oooooooooooom1n1k1C4i1h1o1ooj1B4f1g1l1E4ooooo2n21303oooo71oo=4C3>3]327S1ooP1ooR2H2ooG2oo@2\#
        ooO2ooQ2W1<4J2<2?2ooE2ooC2ooA2ooT2M2@3Z2B2oo50?7oo43335323B3oo42oooo:1oooooooo63oo73<1oooooooooo[0oo97S4oooooo\#
        ooQ3P3ooooT0A1D1oo;4ooooooc2d1oo=132oo[1_1]1\1oo^1ooooE1G1ooF1ooI222]0ooooooooV2ooW0P2ooS0Q1ooooooJ4ooooooooH1\#
        ooooooj0oooo;1oo44O1oo0121
        """#
    }

    static var mips: StaticString {
        #"""
        <2>2I2X2>5Q0c0H4l192K0oooooooooo62Y2S5A0oo]0D2C237<3=3<0?0:3oom0E5E684F674C694G664D6h1c660d6Z2X580o112Y0o075h3\#
        65i3ooi4i6j3ooo455;0T510f3\4g6n3oo05@5A552N1[447O1ooS4g0L3H2U3D7E7L5X3?220[3_6R3`6^6a6\1G3U4T104f1S0M1D3^387V6\#
        771767T422=4f4ooooh4;3=2K3b0ooa0oo_0oo@1ooY1oo[24211D0@301P1Q5o2ooj2oo<1=1G2\2]2N3>1H0ooS3@7P0`102M4L495N4e3b3\#
        c3`5P6a3d3Z6[6Y6f0U1^1k4j4e1K5oog4J4U0m6l6n6@0ooT390X4^2:7F7V3A7W3e0g3Z3C0Q3;7=7<7[1F3J357<4V5R5ooO4I3W0Q4>0R4\#
        J2W5L2J1B3k1E0j6]6d4m1h0D4C4?4B4S6A4R6@4W2>7B6?6A6@6@2ooK2M2K1C5V2oom2R0oooooooooo50D5\6C7P4e6M0oooooo=582f6b6\#
        X6Z085H3\5]5[5l2^4N60383:5Y5B5h607I5J5\0R1]4M6J0A393;5Z5k232k630O3I1E1Z4A2H1_2`2?5Q6a2k3Y3B7V0W4O5I4m3ooooX0_5\#
        G723433363137353U6<5ooooooooooooS2T2`3N5O2Q2U2W6_3M5N2P2R2P5oooo:696ooooT6b2?3]3G5c2d2>427e4K4l3ooi1;2oo:2oo^0\#
        ooA1oo:1X1H5i0Q171oon2ooi2oo61oo;121e2?1G0ooP3?741=6<6>6;6f231>3`0m44591n1g181g2V1h2`4oooo51Z1E3S1o397^5I0O0oo\#
        ooc1G1ooC1Y4T0a4ooF5oo0072d1W1E2b4:4=014544434H624I6n41525J635K6[0\3L1C3ooooj0l0F0d0j1:0V4_4ooooF1U5oooon0N0l4\#
        L6;4oo_1a1ooc4E4b1F47040B2
        """#
    }

    static var mips64: StaticString {
        #"""
        ooF0H2Z0U4D0N2_3J2`2U0oooooooooooo`0k4oooo<0635337k1l1>1H1J1ooL2\4ooO3ooN3ooP3ooM3oog0c630d6Y005C1W2Y2O0P0N4?3\#
        M4@3oo@4i6A3ooF4L4i0l4j0=334g6G3ooG4W4X4?1I12447K1ooj361oo91i2D7E7c4l271h0o2_6f2`6^6a650oooo72oo81oo;1oo2387oo\#
        771767k3Z2T3=4oooo?4=1<1d4Z1ooY1ooV1ooa1ooS0ooc0g1]1V0^2\192i4f1ood1ooO1P1j1b0f0b2N1T1oog2@7ooooX2d3c3P4e3<393\#
        :385oo83;3Z6[6Y6?0ooooB4A4oob4oo>4a3l0m6l6n6L1ooh2D1o3a0:7F7j2A7k2oo>3n280e2;7=7<760ooK057S3n4j4oof3J0A1h332i3\#
        B2o4D290ooooP2j6]6;4:0oo[3Z3V3Y3ooX3ooW3H0>751214131I0ooC2E2;0Z4R0l3]2oooooooooooo20[4\6C7g3e6Q0ooooooT442f6b6\#
        X6E0O4G24555357054ooI2@0Q415Y4h607`4a4oooo44ooS1_2A0R425[2\2k600c2ooG114B0T2oo\0V4oo^0B3m2B7@1n3g4`3E3ooooB175\#
        G7=0m1>0o1C302n1ooS4oooooooooooo?2@243f4<2>2A2oo33e4;2=2G0h4oooo01n0o0F3ooooW0oo^4]0[0U327<4b3D3ooV2i1ooh1ooX1\#
        oob1ooU2T0_4[1:2`1ooe1ooc1oo_1ooK2^1e0O2W1ood2?7ooM0N011L0_0oo12ooD4K4ooooooooX0ood074oooooo40oo62oo9765oooooo\#
        ooS2R2ooF104M284oo]4oooo82Q1U17394Q3ooH3L3K3J3ooI3ooE4H4I4ooJ4ooR103:1ooooooooM1ooQ2m0E1m364oooooom4oooo5222C4\#
        ooR3ooF2oooo:4\3k0]3oo10C0
        """#
    }

    static var mips64N32: StaticString {
        #"""
        ooF0H2Z0Y4D0N2c3J2`2U0oooooooooooo`0o4oooo<0635337k1l1>1H1J1ooL2a4E6S3F6R3C6T3G6Q3D6g0c630d6Y045C1W2Y2O0P0R4?3\#
        Q4@3ooD4i6A3ooJ4P4i005j0=374g6H3ooK4\4]4?1I16447K1oon361D391i2D7E7h4l271h0o2_6f2`6^6a650oooo72J381oo;1oo2387V6\#
        771767o3Z2X3A4ooooC4=1<1[4Z1ooY1ooV1ooa1ooS0ooc0g1]1V0^2\192m4f1ood1ooO1P1j1b0f0b2N1T1oog2@7ooooX2h3g3T4i3<393\#
        :3<5P683;3Z6[6Y6?0ooooF4E4oog4ooB4e3l0m6l6n6L1ooh2D134a0:7F7j2A7k2oo>3n280e2;7=7<760ooK057W325n4ooj3J0A1l332m3\#
        B235D290ooooP2j6]6?4:0oo_3^3Z3]3S6\3R6[3H0>751214131I0ooC2E2;0_4R004]2oooooooooooo20`4\6C7k3e6Q0ooooooX442f6b6\#
        X6E0S4G28595757094N6I2@0U455^4h607e4f4oooo84M6S1_2A0V465[2\2k600c2ooG154B0T2oo\0Z4Q6^0B3m2B7@124k4d3F3ooooB1;5\#
        G7=0m1>0o1C302n1U6W4oooooooooooo?2@243j4<2>2A2W633i4;2=2G0l4oooo01n0o0G3T6ooW0K3c4]0[0Y327@4f3E3ooV2i1ooh1ooX1\#
        oob1ooU2T0d4[1:2`1ooe1ooc1oo_1ooK2^1e0O2W1ood2?7ooM0N011L0_0oo12ooH4O4ooooooooX0ood0;4oooooo40oo62I397:5oooooo\#
        ooS2R2ooF144M2<4oob4oooo82Q1U173=4U3ooL3P3O3N3H6M3I6I4L4M4J6N4K6R103:1ooooooooM1ooQ2m0E114:4oooooo15oooo5222G4\#
        L6V3ooF2oooo>4`3k0a3oo10C0
        """#
    }

    static var ppc: StaticString {
        #"""
        <2>2E2:5H5Q0c0=4l192K0oooooooooo6275Y5A0oo]0oooo37g2h2<0?0e2oom0K5E6g3F6f3C6h3G6e3D6h1c660d685k580o112Y0o0l4\3\#
        k4]3oo_4i6^3ooc4j4;0Z510Z3Z4g6Y3n3e4354552N1Y447O1ooQ4g0<3D2F3D7E7Q5I3?220L3_6C3`6^6a6\153S4T1m3f1S0M123M387V6\#
        771767R42244[4oooo^4f2=2:3b0ooa0oo_0oo@1ooY1oo<54211D0k201P1W5Z2ooU2oo<1=1C2;5D5?3>1H0ooD3@7P0`102D4C4n4E4W3T3\#
        U346P6S3V3Z6[6Y6f0U1^1B4A4e1R5n5<4?4U0m6l6n6@0ooE390V495:7F7G3A7H3e0[3K3C0B3;7=7<7[143=35734]5X5oo24>3W0O4>0P4\#
        F2j5H2J103k1E0j6]6]4m1h0;4:46494S684R674S2>7B6?6A6@6@293G2I2K1I5R2ooX2R0L0D1k0B0]150J5\6C7N4e6M0836373o482f6b6\#
        X6Z0m4;3061626W2I4N6[2c205l555h607O5P5\0R1H4M6J0l2d215m5V232k630o2I1E1X4A2H1@5A5G5Q6F5_3J3B7V0U4U5>400ooooX036\#
        G7]2_2^2a2\2b2`2U625o3ooooooooooO2P2O3T5K2M2Q2W6N3S5J2L2N2V5ooB1:696ooooT6>5j2R3M5E5?55427\4ooX3ooi1;2oo:2oo^0\#
        ooA1oo:1X1N5i0Q171ooY2ooT2oo61oo;121C5?1G0ooA3?741=6<6>6;6B531i2`0a4i491n1g18165V1=5K4G4F451Z133S1l397o5I0O0f4\#
        i3c1G1[5C1W4T0ood4L504oo72d1W1ooL4j3=0`3d3c3b3H6a3I6oob4h4J6g4K6[0@3L113Q3n2j0l0F0d0j1:0T4J4ooooF1\5oooon0N0`4\#
        L6k3m2_1a1ooM4oob1@47040B2
        """#
    }

    static var ppc64: StaticString {
        #"""
        <2>2E2:5H5Q0c0=4l192K0oooooooooo6275Y5A0oo]0oooo37g2h2<0?0e2oom0K5oog3oof3ooh3ooe3ooh1c660d685k580o112Y0o0l4\3\#
        k4]3oo_4i6^3ooc4j4;0Z510Z3Z4g6Y3ooe4354552N1Y447O1ooQ4g0ooD2F3D7E7Q5I3?220L3_6C3`6^6a6\1ooooT1m3f1S0M1ooM387oo\#
        771767R42244[4oooo^4f2=2:3b0ooa0oo_0oo@1ooY1oo<54211D0k201P1W5Z2ooU2oo<1=1C2;5D5?3>1H0ooD3@7P0`102D4C4n4E4W3T3\#
        U346ooS3V3Z6[6Y6f0U1^1B4A4e1R5n5<4?4U0m6l6n6@0ooE390V495:7F7G3A7H3e0[3K3C0B3;7=7<7[1oo=35734]5X5oo24>3W0O4>0P4\#
        F2j5H2J1ook1E0j6]6]4m1h0;4:46494oo84oo74S2>7B6?6A6@6@293G2I2K1I5R2S4X2R0L0D1k0B0]150J5\6C7N4e6M0836373o482f6b6\#
        X6Z0m4;3061626W2I4oo[2c205l555h607O5P5\0R1H4ooJ0l2d215m5V232k630o2I1E1X4A2H1@5A5G5ooF5_3J3B7V0U4U5>400ooooX036\#
        G7]2_2^2a2\2b2`2oo25o3ooooooooooO2P2O3T5K2M2Q2ooN3S5J2L2N2V5ooB1:696oo86oo>5j2ooM5E5?55427\4ooX3ooi1;2oo:2oo^0\#
        ooA1oo:1X1N5i0Q171ooY2ooT2oo61oo;121C5?1G0ooA3?741=6<6>6;6B531i2`0a4i491n1g18165V1=5K4G4F451Z1ooS1l397o5I0O0f4\#
        i3c1G1[5C1W4T0ood4L504oo72d1W1ooL4j3=0`3d3c3b3ooa3oooob4h4oog4oo[0@3L1ooQ3n2j0l0F0d0j1:0T4J4ooooF1\5oooon0N0`4\#
        ook3m2_1a1ooM4oob1@47040B2
        """#
    }

    static var s390: StaticString {
        #"""
        <2>2E2oo\5Q0c0F4l192K0oooooooooo62Y5O5oooo]0oooo37h2i2<0?0f2D3m0A5E654F644C664G634D6h1c660d6Z5g580o112Y0o065i3\#
        75j3ooh4i6k3oon435;0R510h3\4g6m384j4<5=552N1[447O1?3S4g0M3D2U3D7E7H5X3?220[3_6R3`6^6a6\153U4T1:4f1ooM123^387V6\#
        771767T422=4a4oooog4g2=2L3b0:3a093_083@1=3Y1oo`54211D0l201P1M5[2C3U2A3<1=1C2_5]5\3>1H073S3@7oo`102M4L445N4g3d3\#
        e3n5P6c3f3Z6[6Y6f0U1ooK4J4e1G5m5E4H4U0m6l6n6@063T390X4[5:7F7V3A7W3oo^1Z3C0Q3;7=7<7[143K357<4T5N5o6O4J3W0Q4>0R4\#
        F2f5H2J103ooE0j6]6f4m1ooD4C4?4B4S6A4R6@4S2>7B6?6A6@6@2ooG2I2K1?5R2ooY2R0oooooooooo50@5\6C7P4e6M0oooooo;582f6b6\#
        X6Z055I3162606X2^4N6\2d285h5>5h607D5E5oooo]4M6J0m2e295i5W232k630N3I1E1Z4A2H1ooc5U5Q6d5;4Y3B7V0W4K5G470ooooX0o5\#
        G7^2`2_2b2]2c2a2U6:5ooj5Q5P5F5l5O2P2`3J5K2M2Q2W6_3I5J2L2N2L5oooo:696ooooT6ook2O3V5b5a5>427`4ool3ooi1;2H3:2G3^0\#
        F3A1>3:1X1C5i0Q171<3Z2B3T2@361;3;121^5?1G0E3P3?7oo=6<6>6;6e531j2`0l42591n1g181W5V1X5b4ooooooZ133S19497k5I0oooo\#
        ooc1G1ooC1Y4T0c4ooB5oooo72d1W1ood4a3=0n3241404H6o3I6m4o415J605K6[0]3L113ooo2ool0F0d0j1:0V4_4ooooF1S5oooon0N0k4\#
        L6i4n2_1ooooe4oob1I4oo40B2
        """#
    }

    static var s390x: StaticString {
        #"""
        ooooE2oo\5Q0c0F4l192K0oooooooooo62Y5O5oooo]0oooo37h2i2<0?0D3oom0A5oo54oo44oo64oo34ooh1c660d6Z5g580o112Y0o065i3\#
        75j3ooh4i6k3oon435;0R510h3\4g6m3ooj4<5=552N1[447?3ooS4g0ooD2U3D7E7H5X3?220[3_6R3`6^6a6\1ooooT1:4f1ooM1oo^387oo\#
        771767T422=4a4oooog4g2=2L3:3oo93oo83oo=3ooY1oo`54211D0l201P1M5C3ooA3ooo2=1C2_5]5\3>173ooS3@7oo`102M4L445N4g3d3\#
        e3n5ooc3f3Z6[6Y6f0ooooK4J4e1G5m5E4H4U0m6l6n663ooT390X4[5:7F7V3A7W3oo^1Z3C0Q3;7=7<7[1ooK357<4T5N5o6O4J3W0Q4>0R4\#
        F2f5H2J1ooooE0j6]6f4m1ooD4C4?4B4ooA4oo@4S2>7B6?6A6@6@2ooG2I2K1?5R2U4Y2R0oooooooooo50@5\6C7P4e6M0oooooo;582f6b6\#
        X6Z055I3162606X2^4oo\2d285h5>5h607D5E5oooo]4ooJ0m2e295i5W232k630N3I1E1Z4A2H1ooc5U5ood5;4Y3B7V0W4K5G470ooooX0o5\#
        G7^2`2_2b2]2c2a2oo:5ooj5Q5P5F5l5O2P2`3J5K2M2Q2oo_3I5J2L2N2L5oo>2:696oo86ooook2ooV5b5a5>427`4ool3ooi1H3ooG3ooF3\#
        oo>3oo:1X1C5i0Q1<3ooB3oo@3oo;3oo;121^5?1E3ooP3?7oo=6<6>6;6e531j2`0l42591n1g181W5V1X5b4ooooooZ1ooS19497k5oooooo\#
        ooc1G1ooC1Y4T0c4ooB5oooo72d1W1ood4a3oon3241404ooo3oom4o415oo05oo[0]3L1ooooooool0F0d0j1:0V4_4ooooF1S5oooon0N0k4\#
        ooi4n2_1ooooe4oob1I4oo40B2
        """#
    }

    static var parisc: StaticString {
        #"""
        <2>2E2S005Q0c084l1ooK0oooooooooo62F0E5oooo]0ooT537Z1[1<0?0d2oom045E614F604C624G6o3D6h1c660d6O0J580oo12Y0o0h4P3\#
        g4Q3ooY4i6R3oo`4f4;0F510N3O4g6oo\3a4253552N1N447O1ooF4g0:3D2c3D7E7=5f3?220i3_6`3`6^6a6L0`1H4T1[4f1ooM183B387V6\#
        771767G4oo54R4ooooX4^1=293b0ooa0oo_0oo@1ooY1ooe04211D0oo01P1C5[2ooU2oo<1=1C2\0f2>3>1H0ooa3@7oooo02>4=4j4?4K3H3\#
        I3N5P6G3J3Z6[6Y6f0oooo<4;4oo<5S5\4:4U0m6l6n6@0oob390K4P0:7F7d3A7e3ooO3h3C0_3;7=7<7D163g15744G5D5oo@481W0D4>0E4\#
        F2I5H2J1I1ooE0j6]6W4m1ooZ3Y3U3X3S6W3R6V3S2>7o2n2m2l2@2ooG2I2K155R2ooooR0oooooooooo5065\6C7C4e6M0oooooon482f6b6\#
        X6Z0i431P5Q5O5X2B4N6\2\1k4K515h607:5;5ooooA4M6J0oo]1l4L5oo32k630?3ooE1M4A2H1R1k1o4Q6h2S3g3B7V0J4A59400ooooX0R5\#
        G7^2`2_2b2]2c2a2U6m4ooooooooooooO2P2D3?5K2M2Q2W6C3>5J2L2N2B5ooook2j2i2T3T6j0j1A395g2B16427Q4oo]3ooi1;2oo:2oo^0\#
        ooA1oo:1X185i0Q171ooZ2ooT2oo61oo;121e2?1G0oo^3?74103331323e1ooV2`0^4e491n1ooooA0ooh0S4oooo51B0U1S1Z497M5I0oooo\#
        ooc1G1ooC1L4T0T4oo75oooo72d1W1ooU434=0j3n3m3l3H6k3I6oob4d4J6c4K6[0@3L173ooooool0ood0k0:0I4P4ooooF1H5oooon0N0]4\#
        L6@5a1_1ooooV4oob1[37040B2
        """#
    }

    static var parisc64: StaticString {
        #"""
        <2>2E2S005Q0c084l1ooK0oooooooooo62F0E5oooo]0ooT537Z1[1<0?0d2oom045oo14oo04oo24ooo3ooh1c660d6O0J580oo12Y0o0h4P3\#
        g4Q3ooY4i6R3oo`4f4;0F510N3O4g6oo\3a4253552N1N447O1ooF4g0:3D2c3D7E7=5f3?220i3_6`3`6^6a6L0`1H4T1[4f1ooM183B387oo\#
        771767G4oo54R4ooooX4^1=293b0ooa0oo_0oo@1ooY1ooe04211D0oo01P1C5[2ooU2oo<1=1C2\0f2>3>1H0ooa3@7oooo02>4=4j4?4K3H3\#
        I3N5ooG3J3Z6[6Y6f0oooo<4;4oo<5S5\4:4U0m6l6n6@0oob390K4P0:7F7d3A7e3ooO3h3C0_3;7=7<7D163g15744G5D5oo@481W0D4>0E4\#
        F2I5H2J1I1ooE0j6]6W4m1ooZ3Y3U3X3ooW3ooV3S2>7o2n2m2l2@2ooG2I2K155R2ooooR0oooooooooo5065\6C7C4e6M0oooooon482f6b6\#
        X6Z0i431P5Q5O5X2B4oo\2\1k4K515h607:5;5ooooA4ooJ0oo]1l4L5oo32k630?3ooE1M4A2H1R1k1o4ooh2S3g3B7V0J4A59400ooooX0R5\#
        G7^2`2_2b2]2c2a2oom4ooooooooooooO2P2D3?5K2M2Q2ooC3>5J2L2N2B5ooook2j2i2T3ooj0j1A395g2B16427Q4oo]3ooi1;2oo:2oo^0\#
        ooA1oo:1X185i0Q171ooZ2ooT2oo61oo;121e2?1G0oo^3?74103331323e1ooV2`0^4e491n1ooooA0ooh0S4oooo51B0U1S1Z497M5I0oooo\#
        ooc1G1ooC1L4T0T4oo75oooo72d1W1ooU434=0j3n3m3l3ook3oooob4d4ooc4oo[0@3L173ooooool0ood0k0:0I4P4ooooF1H5oooon0N0]4\#
        oo@5a1_1ooooV4oob1[37040B2
        """#
    }

    static var riscv64: StaticString {
        #"""
        oooooo:3b3ooI1I3[2oooooooooooooooo83H4ooooF3oooo37J1K1a0ooooooc0:4oob1ooa1ooc1oo`1ooL3c6i0d6;3M4ooooZ1G0ooH0oo\#
        D0E0ooF0i6ooooooC0M3I4M1N1`0g6O3oo_06474b0d0e047g0oof0I0ooC1:0D7E7A4=0P0oo@0_670`6^6a6@1oooo\0ooB1oo^0ooR187oo\#
        771767oooo\3T1ooooX2A0oom0a2oo_2oo`2ooN2ooV1oo=3K2oo\2oo]2=2F4F2ooD2ooS2U2L2<3A3b2Y2^2oo80@7ooooY1K0ooJ0L03010\#
        40T4oo0020Z6[6Y6M0ooooO0N0oo@4V4X1K312m6l6n6oooo90ooU093:7F7;0A7<0ooB0?0n060;7=7<7ooooY357[3K4G4o6^3X3ooR0ooQ0\#
        T3L4V3N3ooooX0j6]6_3R3ooi2h2d2g2oof2ooe2H3>7k2j2l2m2S3ooU3W3G384U1?1Z0oooooooooooooo94\6C7h0e6ooooooooa3L1f6b6\#
        X6ook0Y0Q4R4P4oo91ooW23151N454h607>4?4oooo81ooe1oo4161O4ool0k6o0E3oooo>111>2oo?3c3ooD3Z3>0B7ooooD4J3023424ooU4\#
        G7628272:2;25292oo`3oooooooooooom1n1k1C4i1h1o1ooj1B4f1g1l1E4ooooo2n21303oooo71oo=4C3>3]327S1ooP1ooR2H2ooG2oo@2\#
        ooO2ooQ2W1<4J2<2?2ooE2ooC2ooA2ooT2M2@3Z2B2oo50?7oo43335323B3oo42oooo:1oooooooo63oo73<1oooooooooo[0oo97S4oooooo\#
        ooQ3P3ooooT0A1D1oo;4ooooooc2d1oo=132oo[1_1]1\1oo^1ooooE1G1ooF1ooI222]0ooooooooV2ooW0P2ooS0Q1ooooooJ4ooooooooH1\#
        ooooooj0oooo;1oo44O1oo0121
        """#
    }

    static var loongarch64: StaticString {
        #"""
        oooooo:3b3ooI1I3[2oooooooooooooooo83H4ooooF3oooo37J1K1a0ooooooc0:4oob1ooa1ooc1oo`1ooL3c6i0d6;3M4ooooZ1G0ooH0oo\#
        D0E0ooF0i6ooooooC0M3I4M1N1`0g6O3oo_06474b0d0e047g0oof0I0ooC1:0D7E7A4=0P0oo@0_670`6^6a6@1oooo\0ooB1oo^0ooR187oo\#
        771767oooo\3T1ooooX2A0oom0a2oo_2oo`2ooN2ooV1oo=3K2oo\2oo]2=2F4F2ooD2ooooU2L2<3A3b2Y2^2oo80@7ooooY1K0ooJ0L03010\#
        40T4oo0020Z6[6Y6M0ooooO0N0oo@4V4X1K312m6l6n6oooo90ooU093:7F7;0A7<0ooB0?0n060;7=7<7ooooY357[3K4G4oo^3X3ooR0ooQ0\#
        T3L4V3N3ooooX0j6]6_3R3ooi2h2d2g2oof2ooe2H3>7k2j2l2m2S3ooU3W3G384U1?1Z0oooooooooooooo94\6C7h0e6ooooooooa3L1f6b6\#
        X6ook0Y0Q4R4P4oo91ooW23151N454h607>4?4oooo81ooe1oo4161O4ool0k6o0E3oooo>111>2oo?3c3ooD3Z3>0B7ooooD4J302ooooooU4\#
        G7628272:2;25292oo`3oooooooooooom1n1k1C4i1h1o1ooj1B4f1g1l1E4ooooo2n21303oooo71oo=4C3>3]327S1ooP1ooR2H2ooG2oo@2\#
        ooO2ooQ2W1<4J2<2?2ooE2ooC2ooA2ooooM2@3Z2B2oo50?7oo43335323B3oo42oooo:1oooooooo63oo73<1oooooooooo[0oo97S4oooooo\#
        ooQ3P3ooooT0A1D1oo;4ooooooc2d1oo=132oo[1_1]1\1oo^1ooooE1G1ooF1ooI222]0ooooooooV2ooW0P2ooS0Q1ooooooJ4ooooooooH1\#
        ooooooj0oooo;1oo44O1oo0121
        """#
    }

    static var m68k: StaticString {
        #"""
        <2>2E2ooY5Q0c0G4l1ooK0oooooo@5?562V5R5oooo]0ook137h2i2<0?0@063m0F5E654F644C664G634D6h1c660d6W5h580o112Y0o065i3\#
        55j3ook4i6k3ooo445;0S510g3\4g6f3;405A5B552N1[447O1?3S4g0_3D2T3D7E7L5W3?220Z3_6Q3`6^6a6\153U4T184f1ooM123[387V6\#
        771767T422=4a4=5ooj4g2=2L3b0:3a093_083@1=3Y1V2]54211D0l201P1P5[2C3U2A3<1=1C2\5Z5M3>1H073R3@7oooo02M4L485N4e3b3\#
        c3ooP6a3d3Z6[6Y6f0ooooK4J4e1K5ooi4I4U0m6l6n6f2D3S390X4X5:7F7U3A7V3ooh3Y3C0P3;7=7<7[143^357<4f5Q5ooO4]3W0Q4>0R4\#
        F2g5H2J103ooE0j6]6f4m1ooD4C4?4B4S6A4R6@4S2>7B6?6A6@6@2ooG2I2K1D5R2ooY2R0L0D1ooB0oo50E5\6C7P4e6M0oooooo<582f6b6\#
        X6Z075I3n5o5m5X2^4N6\2d295i5C5h607I5J5oooo]4M6J0m2e2:5j5W232k630`3I1E1Z4A2H1oo`5c5Q6a5l3X3B7V0W4O5H400ooooX006\#
        G7^2`2_2b2]2c2a2U6;5ooooooooooooO2P2h4N5K2M2Q2W6g4M5J2L2N2l5ooB1:696ooooT6ook2\3d5_5^5>427`4>5m3ooi1;2H3:2G3^0\#
        F3A1>3:1X1H5i0Q171<3Z2B3T2@361;3;121[5?1G0E3O3?741=6<6>6;6b531j2`0m43591n1g181T5V1U5b4oooo51Z133S17497k5I0oooo\#
        ooc1G1ooC1Y4T0c4ooG5oooo72d1W1ood494=0n3241404H6o3I6oon425J615K6[0N3L113ooo2ool0F0d0j1:0V4_4ooooF1e5oooon0N0l4\#
        L6:4n2_1ooooe4oob1E47040B2
        """#
    }

    static var sh: StaticString {
        #"""
        <2>2E2H5V5Q0c0M4l1ooK0oooooooooo62E5g5oooo]0ook137h2i2<0?0f2D3m0Y5E6:4F694C6;4G684D6h1oo60d6F5l580oo12Y0o0:5n3\#
        95o3ooo4i604oo3585;0h510l3c4g6j3@445A5B552N1b447O1?3Z4g0M3D2W3D7E7`5Z3?220]3_6T3`6^6a6\153\4T1=4f1ooM123`387V6\#
        771767[4ooC4h4oooon4g2=2L3b0:3a093_083@1=3Y1ooJ54211D0oo01P1e5[2C3U2A3<1=1C2I5R5P3>1H073U3@7oooo02S4R4<5T4i3f3\#
        g3ooP6e3h3Z6[6Y6f0ooooQ4P4e1_5ooK4O4U0m6l6n6@063V390_4G5:7F7X3A7Y3oom3\3C0S3;7=7<7[143K357B4j5f5ooV4J3W0X4>0Y4\#
        F2k5H2J103ooE0j6]6m4m1ooJ4I4E4H4S6G4R6F4S2>7B6?6A6@6@2ooG2I2K1W5R2ooY2R0L0D1ooB0]150X5\6C7W4e6M0oooooo@582f6b6\#
        X6Z0;5I3162606X2e4N6\2d2=5m5C5h607]5^5ooood4M6J0ooe2>5n5oo32k630Q3I1E1a4A2H1N5O5U5Q6T514[3B7V0^4c5N400ooooX036\#
        G7^2`2_2b2]2c2a2U6?5ooooooooooooO2P2b3a5K2M2Q2W6a3b5J2L2N2d5oooo:696ooooT6L5k2_3[5S5M5D427g4oo24ooi1;2H3:2G3^0\#
        F3A1>3:1X1\5i0Q171<3Z2B3T2@361;3;121Q5?1G0E3R3?741=6<6>6;6P531j2`0157591n1g181D5V1K5i4oooo51Z133S1<497o5I0oooo\#
        ooc1G1ooC1`4T0j446Z5oooo72d1W1ook4>4=034746454H644I6oo2565J655K6[0^3L113ooo2ool0F0d0j1:0]4f4ooooF1i5oooon0N005\#
        L6?4n2_1ooool4oob1L47040B2
        """#
    }
}
